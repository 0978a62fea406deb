import * as z from "zod";
import { text } from "../../contract/text.ts";
import { restoreArguments, restoreEtcd, survivorsOf } from "../../core/cluster/etcd-restore.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { theMachine } from "../targets.ts";
import { bring } from "./bring.ts";
import { hasReached, operationOf, runRestore } from "./restoring.ts";
import { stop } from "./stop.ts";

/** Puts the snapshot in the place of what etcd holds, as one member of a new cluster. What was there is set aside. */
export const restore = definePhase({
  id: "etcd.restore",
  title: text("Restore etcd", "恢复 etcd"),
  needs: { brought: bring, stopped: everyMachine(stop) },
  output: z.object({ snapshot: z.string() }),
  effect: "destroys",
  timeoutMs: 15 * 60_000,
  on: (cluster, { dead }) => survivorsOf(cluster, dead).map(({ name }) => name),
  async probe(context) {
    const { name } = context.from.brought;
    if (await hasReached(context, "restored")) return { state: "satisfied", output: { snapshot: name } };
    return {
      state: "needed",
      why: text(`etcd does not hold ${name}`, `etcd 中不是 ${name} 的数据`),
      loss: text(
        `everything that was written after ${name} was taken; control planes named as lost must be wiped before they are switched on again`,
        `${name} 创建之后写入的全部数据；标记为丢失的控制平面在重新开机前必须清空`,
      ),
    };
  },
  async apply(context) {
    const { cluster, from, parameters } = context;
    await runRestore(context, {
      what: "restored",
      script: restoreEtcd,
      args: restoreArguments({
        operation: operationOf(context),
        snapshot: from.brought.name,
        kind: from.brought.kind,
        machine: theMachine(context),
        survivors: survivorsOf(cluster, parameters.dead),
      }),
    });
    return { snapshot: from.brought.name };
  },
});
