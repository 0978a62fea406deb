import * as z from "zod";
import { text } from "../../contract/text.ts";
import { isFenced, taintsWith } from "../../core/cluster/fence.ts";
import { marks, marksOf } from "../../core/cluster/marks.ts";
import { hasCondition } from "../../core/cluster/kube-objects.ts";
import { definePhase } from "../../core/phase.ts";
import { answering, changeNode, chosenMachines, nodeOf } from "./ask.ts";
import { untilBack } from "./back.ts";

/** Puts a machine back into service: waits until all of it is well, then takes the marks off and lets pods come. */
export const returnToService = definePhase({
  id: "node.return",
  title: text("Return the machine to service", "让机器恢复服务"),
  needs: {},
  output: z.object({ bootId: z.string() }),
  effect: "changes",
  timeoutMs: 30 * 60_000,
  on: chosenMachines,
  async probe(context) {
    const node = await nodeOf(context, await answering(context));
    const { maintenance, outage } = marksOf(node);
    if (isFenced(node)) return { state: "needed", why: text("it is fenced", "机器已被隔离") };
    if (maintenance !== undefined || outage !== undefined || node.spec?.unschedulable === true) {
      return { state: "needed", why: text("it is out of service", "机器不在服务中") };
    }
    return hasCondition(node, "Ready")
      ? { state: "satisfied", output: { bootId: node.status?.nodeInfo?.bootID ?? "" } }
      : { state: "needed", why: text("it is not Ready", "节点未处于 Ready 状态") };
  },
  async apply(context) {
    const bootId = await untilBack(context);
    const on = await answering(context);
    const node = await nodeOf(context, on);
    await changeNode(context, on, {
      ...(isFenced(node) ? { taints: taintsWith(node, "down") } : {}),
      annotations: { [marks.maintenance]: null, [marks.outage]: null },
      unschedulable: false,
    });
    return { bootId };
  },
});
