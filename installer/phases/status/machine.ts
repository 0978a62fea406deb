import { MachineHealth } from "../../contract/cluster-status.ts";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { certificatesOn } from "../certificates/reading.ts";
import { askHealth } from "../node/health.ts";
import { machineNames, theMachine } from "../targets.ts";

/** Asks a machine how it is. Every machine is asked by itself: one that is down holds up nobody. */
export const statusMachine = definePhase({
  id: "status.machine",
  title: text("Ask the machine how it is", "询问机器状态"),
  needs: {},
  output: MachineHealth,
  effect: "reads",
  timeoutMs: 15_000,
  on: machineNames,
  async probe(context) {
    const machine = theMachine(context);
    const [health, certificates] = await Promise.all([
      askHealth(context, machine),
      certificatesOn(context, machine).catch(() => []),
    ]);
    const [first] = certificates.toSorted((one, other) => one.notAfter - other.notAfter);
    if (first === undefined) return { state: "satisfied", output: health };
    const { path, notBefore, notAfter } = first;
    return { state: "satisfied", output: { ...health, certificate: { path, notBefore, notAfter } } };
  },
});
