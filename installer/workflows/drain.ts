import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { drain as drainMachine } from "../phases/node/drain.ts";
import { namedMachines } from "./machine-parameters.ts";

/** Empties machines of pods and keeps new ones off. */
export const drain: Workflow = {
  id: "drain",
  title: text("Drain machines", "排空机器"),
  phases: [drainMachine],
  parameters: namedMachines("drain", "drain"),
};
