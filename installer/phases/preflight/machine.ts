import { CheckReport } from "../../contract/preflight.ts";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { judgeMachine } from "../../core/preflight/judge.ts";
import { inventory } from "../machine/inventory.ts";
import { machineNames, theMachine } from "../targets.ts";

/** Judges each machine by its facts. It reports; whether to stop is the gate's to say. */
export const preflightMachine = definePhase({
  id: "preflight.machine",
  title: text("Check the machine", "检查机器"),
  needs: { facts: inventory },
  output: CheckReport,
  effect: "reads",
  timeoutMs: 10_000,
  on: machineNames,
  async probe(context) {
    const { from, cluster } = context;
    const results = judgeMachine({ facts: from.facts, machine: theMachine(context), cluster });
    return { state: "satisfied", output: { results } };
  },
});
