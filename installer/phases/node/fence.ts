import * as z from "zod";
import { text } from "../../contract/text.ts";
import { isFenced, taintsWith } from "../../core/cluster/fence.ts";
import { hasCondition } from "../../core/cluster/kube-objects.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { definePhase } from "../../core/phase.ts";
import { theMachine } from "../targets.ts";
import { answering, bounded, changeNode, chosenMachines, nodeOf, type NodeStep } from "./ask.ts";
import { podsToLeave } from "./evict.ts";

const PAUSE_MS = 2_000;
/** A machine that is off refuses nobody: it does not answer at all. */
const KNOCK_MS = 8_000;

/** Whether the machine can still be logged in to, however its node looks to the API. */
const answers = async (step: NodeStep): Promise<boolean> => {
  try {
    await bounded(step, KNOCK_MS, () => step.ports.remote.login(theMachine(step), step.signal));
    return true;
  } catch {
    step.signal.throwIfAborted();
    return false;
  }
};

/**
 * What can be seen from here must not speak against the operator's word.
 * @throws FENCE_ALIVE when the machine runs.
 */
const assertSilent = async (step: NodeStep, on: MachineSpec): Promise<void> => {
  const alive = (how: string): SlipwayError =>
    SlipwayError.of("FENCE_ALIVE", { machine: step.target, how }, { machine: step.target });
  if (hasCondition(await nodeOf(step, on), "Ready")) throw alive("Ready");
  if (await answers(step)) throw alive("SSH");
};

/** Pods that are still counted on the machine, those of DaemonSets left aside. */
const left = async (step: NodeStep, on: MachineSpec): Promise<number> => {
  const { evict, leaving, refused } = await podsToLeave(step, on);
  return evict.length + leaving.length + refused.length;
};

/**
 * Lets the pods of a machine start elsewhere on an operator's word that it is off and will stay so. A machine that is cut
 * off but runs would write to the same data as its successor: nobody but the operator can know, hence the typed word.
 */
export const fence = definePhase({
  id: "node.fence",
  title: text("Vouch that the machine is off", "确认机器已断电并隔离"),
  needs: {},
  output: z.object({ fenced: z.literal(true) }),
  effect: "destroys",
  timeoutMs: 30 * 60_000,
  on: chosenMachines,
  async probe(context) {
    const on = await answering(context, context.target);
    const node = await nodeOf(context, on);
    const pods = await left(context, on);
    if (isFenced(node) && pods === 0) return { state: "satisfied", output: { fenced: true } };
    if (!isFenced(node)) await assertSilent(context, on);
    return {
      state: "needed",
      why: text(`${pods} pod(s) are counted on it`, `其上仍登记有 ${pods} 个 Pod`),
      loss: text(
        `its ${pods} pod(s) are given up and start elsewhere; if ${context.target} still runs, both write to the same data`,
        `放弃其 ${pods} 个 Pod 并在别处启动；若 ${context.target} 实际仍在运行，两边会同时写入同一份数据`,
      ),
    };
  },
  async apply(context) {
    const on = await answering(context, context.target);
    if (!isFenced(await nodeOf(context, on))) await assertSilent(context, on);
    await changeNode(context, on, { taints: taintsWith(await nodeOf(context, on), "up") });
    for (;;) {
      const pods = await left(context, on);
      if (pods === 0) return { fenced: true };
      context.waiting(text(`${pods} pod(s) to be given up`, `放弃 ${pods} 个 Pod`));
      await context.ports.clock.sleep(PAUSE_MS, context.signal);
    }
  },
});
