import * as z from "zod";
import { text } from "../../contract/text.ts";
import { stopEtcd, survivorsOf } from "../../core/cluster/etcd-restore.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { bring } from "./bring.ts";
import { hasReached, operationOf, runRestore } from "./restoring.ts";

/** Stops the API and etcd on every control plane that goes on: all of them, before the first one is restored. */
export const stop = definePhase({
  id: "etcd.stop",
  title: text("Stop etcd and the API", "停止 etcd 和 API"),
  needs: { brought: everyMachine(bring) },
  output: z.object({ stopped: z.literal(true) }),
  effect: "destroys",
  timeoutMs: 5 * 60_000,
  on: (cluster, { dead }) => survivorsOf(cluster, dead).map(({ name }) => name),
  async probe(context) {
    if (await hasReached(context, "stopped")) return { state: "satisfied", output: { stopped: true } };
    return {
      state: "needed",
      why: text("it may be serving the API", "可能仍在提供 API 服务"),
      loss: text("the API is away until the restore has ended", "恢复完成前 API 不可用"),
    };
  },
  async apply(context) {
    await runRestore(context, { what: "stopped", script: stopEtcd, args: [operationOf(context)] });
    return { stopped: true };
  },
});
