import * as z from "zod";
import type { Maintenance } from "../../contract/cluster-status.ts";
import { text } from "../../contract/text.ts";
import { marks, marksOf } from "../../core/cluster/marks.ts";
import { definePhase } from "../../core/phase.ts";
import { answering, changeNode, chosenMachines, nodeOf } from "./ask.ts";
import { LONGEST_DRAIN_MS } from "./drain.ts";
import { assertMayLeave, emptyMachine, isEmpty, podsToLeave } from "./evict.ts";
import { guardQuorum } from "./health.ts";

/**
 * Takes a machine out of service for as long as an operator wishes: drained, and marked with who, why and since when. A
 * control plane only while all others are well, because from then on somebody may switch it off.
 */
export const maintain = definePhase({
  id: "node.maintain",
  title: text("Take the machine into maintenance", "将机器转入维护"),
  needs: {},
  output: z.object({ since: z.number().describe("Milliseconds since the epoch") }),
  effect: "changes",
  timeoutMs: LONGEST_DRAIN_MS,
  limit: { key: "node.outage", max: 1 },
  on: chosenMachines,
  async probe(context) {
    const on = await answering(context);
    const node = await nodeOf(context, on);
    const pods = await podsToLeave(context, on);
    const { maintenance } = marksOf(node);
    if (maintenance === undefined || node.spec?.unschedulable !== true) {
      assertMayLeave(context, pods);
      return { state: "needed", why: text("it is in service", "机器正在服务中") };
    }
    const wanted = context.parameters.why;
    if (wanted !== undefined && wanted !== maintenance.why) {
      return { state: "needed", why: text("it is marked with another reason", "维护标记上的原因不同") };
    }
    return isEmpty(pods)
      ? { state: "satisfied", output: { since: maintenance.since } }
      : { state: "needed", why: text("pods are left on it", "机器上还有 Pod") };
  },
  async apply(context) {
    const on = await answering(context);
    await guardQuorum(context, on, "maintain");
    assertMayLeave(context, await podsToLeave(context, on));
    const known = marksOf(await nodeOf(context, on)).maintenance;
    const maintenance: Maintenance = {
      by: context.operation?.by ?? "",
      why: context.parameters.why ?? known?.why ?? "",
      since: known?.since ?? context.ports.clock.now(),
    };
    await changeNode(context, on, {
      annotations: { [marks.maintenance]: JSON.stringify(maintenance) },
      unschedulable: true,
    });
    await emptyMachine(context, on);
    return { since: maintenance.since };
  },
});
