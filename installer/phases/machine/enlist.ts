import { MachineMark } from "../../contract/facts.ts";
import { text } from "../../contract/text.ts";
import { anyMachine, definePhase } from "../../core/phase.ts";
import { preflightAdmission } from "../preflight/admission.ts";
import { preflightGate } from "../preflight/gate.ts";
import { machineNames, theMachine } from "../targets.ts";
import { assertOurs, markPath, readMark } from "./mark.ts";
import { prepare } from "./prepare.ts";

/**
 * Records that the Kubernetes on this machine is this cluster's, before the first of its parts is put there: from here on
 * preflight knows its ports, programs and folders for our own, also when the work stops half way.
 */
export const enlist = definePhase({
  id: "machine.enlist",
  title: text("Enlist the machine in the cluster", "将机器编入集群"),
  needs: {
    prepared: prepare,
    gate: anyMachine(preflightGate),
    admitted: anyMachine(preflightAdmission),
  },
  output: MachineMark,
  effect: "changes",
  timeoutMs: 60_000,
  on: machineNames,
  async probe(context) {
    const mark = await readMark(context);
    assertOurs(mark, { machine: theMachine(context), cluster: context.cluster });
    return mark?.member === true
      ? { state: "satisfied", output: mark }
      : { state: "needed", why: text("the machine is not enlisted yet", "该机器尚未编入集群") };
  },
  async apply(context) {
    const machine = theMachine(context);
    const mark: MachineMark = { cluster: context.cluster.name, machine: machine.name, member: true };
    await context.ports.remote.writeFile(
      machine,
      { path: markPath, content: `${JSON.stringify(mark, undefined, 2)}\n` },
      { signal: context.signal, mode: 0o644 },
    );
    return mark;
  },
});
