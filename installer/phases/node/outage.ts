import { text } from "../../contract/text.ts";
import { marks, marksOf, type Outage } from "../../core/cluster/marks.ts";
import type { NodeObject } from "../../core/cluster/kube-objects.ts";
import { isCode, SlipwayError } from "../../core/contract.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { theMachine } from "../targets.ts";
import { allNodes, changeNode, nodeOf, type NodeStep } from "./ask.ts";
import { assertMayLeave, emptyMachine, podsToLeave } from "./evict.ts";
import { askHealth, guardQuorum } from "./health.ts";

/**
 * Takes the machine down by `$2` (`reboot` or `poweroff`), but only in the boot `$1`: sent a second time, after a crash or
 * a lost connection, it does nothing to a machine that has been down already.
 */
const goDown = `
[ "$(cat /proc/sys/kernel/random/boot_id)" = "$1" ] || exit 0
sync
nohup sh -c "sleep 0.5; systemctl $2" >/dev/null 2>&1 </dev/null &
`;

/** The outage that this very operation has begun on the target, if it has. */
export const ownOutage = (step: NodeStep, node: NodeObject): Outage | undefined => {
  const { outage } = marksOf(node);
  return outage !== undefined && outage.operation === step.operation?.id ? outage : undefined;
};

/** One machine after another: nothing goes down while one that we restarted has not come back. */
const assertNoneDown = async (step: NodeStep, on: MachineSpec): Promise<void> => {
  for (const node of await allNodes(step, on)) {
    const { outage } = marksOf(node);
    const other = node.metadata.name;
    if (outage?.kind !== "reboot" || other === step.target) continue;
    throw SlipwayError.of(
      "QUORUM_OTHER_DOWN",
      { machine: step.target, other, operation: outage.operation },
      { machine: step.target },
    );
  }
};

/**
 * Writes down on the target's node which boot this operation is to end, and closes the node to new pods, both in one
 * request; then empties the machine. What an earlier try of this operation has written down stays, so that a boot which
 * has ended since is known. The quorum is judged before the first change and once more at the end: a drain may take long.
 */
export const beginOutage = async (step: NodeStep, on: MachineSpec, kind: Outage["kind"]): Promise<Outage> => {
  const node = await nodeOf(step, on);
  const own = ownOutage(step, node);
  const { bootId } = await askHealth(step, theMachine(step)).catch((error: unknown) => {
    if (own === undefined) throw error;
    return { bootId: "" };
  });
  // Down already, or back from it: all that is left is to wait.
  if (own !== undefined && bootId !== own.bootId) return own;
  await assertNoneDown(step, on);
  await guardQuorum(step, on, kind);
  assertMayLeave(step, await podsToLeave(step, on));
  const outage: Outage = own ?? {
    operation: step.operation?.id ?? "",
    kind,
    bootId,
    cordoned: marksOf(node).outage?.cordoned ?? node.spec?.unschedulable === true,
    since: step.ports.clock.now(),
  };
  await changeNode(step, on, {
    annotations: { [marks.outage]: JSON.stringify(outage) },
    unschedulable: true,
  });
  const left = await emptyMachine(step, on);
  step.say(text(`${left} pod(s) have left`, `${left} 个 Pod 已离开`));
  await guardQuorum(step, on, kind);
  return outage;
};

/** Sends the target down, once in its present boot. A connection that breaks on the way says nothing. */
export const sendDown = async (step: NodeStep, { kind, bootId }: Outage): Promise<void> => {
  try {
    await step.ports.remote.script(theMachine(step), goDown, {
      args: [bootId, kind === "reboot" ? "reboot" : "poweroff"],
      signal: step.signal,
    });
  } catch (error) {
    if (!isCode(error, "CONNECTION_LOST") && !isCode(error, "HOST_UNREACHABLE")) throw error;
  }
};
