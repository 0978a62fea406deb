import * as z from "zod";
import { text } from "../../contract/text.ts";
import { apiEndpoint } from "../../core/cluster/endpoint.ts";
import { startEtcd, survivorsOf } from "../../core/cluster/etcd-restore.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { restore } from "./restore.ts";
import { hasReached, operationOf, runRestore } from "./restoring.ts";

/** Starts etcd and the API again, once every member has its data: they find one another by it. */
export const start = definePhase({
  id: "etcd.start",
  title: text("Start etcd and the API", "启动 etcd 和 API"),
  needs: { restored: everyMachine(restore) },
  output: z.object({ ready: z.literal(true) }),
  effect: "changes",
  timeoutMs: 8 * 60_000,
  on: (cluster, { dead }) => survivorsOf(cluster, dead).map(({ name }) => name),
  async probe(context) {
    return (await hasReached(context, "started"))
      ? { state: "satisfied", output: { ready: true } }
      : { state: "needed", why: text("its API does not answer", "其 API 没有响应") };
  },
  async apply(context) {
    const { bindPort } = apiEndpoint(context.cluster);
    context.waiting(text("the API of the machine", "该机器的 API"));
    await runRestore(context, {
      what: "started",
      script: startEtcd,
      args: [operationOf(context), String(bindPort)],
    });
    return { ready: true };
  },
});
