import * as z from "zod";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { answering, changeNode, chosenMachines, nodeOf } from "./ask.ts";
import { assertMayLeave, emptyMachine, isEmpty, podsToLeave } from "./evict.ts";

/** Longest drain that parameters allow, and an hour to spare: the drain's own time-out is the one that counts. */
export const LONGEST_DRAIN_MS = 25 * 3_600_000;

/** Closes the node to new pods and lets those it has leave, as their PodDisruptionBudgets allow. */
export const drain = definePhase({
  id: "node.drain",
  title: text("Drain the machine", "排空机器"),
  needs: {},
  output: z.object({ left: z.number().describe("Pods that left, as far as this run saw them") }),
  effect: "changes",
  timeoutMs: LONGEST_DRAIN_MS,
  on: chosenMachines,
  async probe(context) {
    const on = await answering(context);
    const node = await nodeOf(context, on);
    const pods = await podsToLeave(context, on);
    if (node.spec?.unschedulable !== true) {
      assertMayLeave(context, pods);
      return { state: "needed", why: text("it takes new pods", "仍在接收新 Pod") };
    }
    const count = pods.evict.length + pods.leaving.length + pods.refused.length;
    return isEmpty(pods)
      ? { state: "satisfied", output: { left: 0 } }
      : { state: "needed", why: text(`${count} pod(s) to leave`, `有 ${count} 个 Pod 需要离开`) };
  },
  async apply(context) {
    const on = await answering(context);
    assertMayLeave(context, await podsToLeave(context, on));
    await changeNode(context, on, { unschedulable: true });
    return { left: await emptyMachine(context, on) };
  },
});
