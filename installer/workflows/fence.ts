import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { fence as fenceMachine } from "../phases/node/fence.ts";
import { namedMachines } from "./machine-parameters.ts";

/** Lets pods of machines that are off start elsewhere. */
export const fence: Workflow = {
  id: "fence",
  title: text("Fence machines that are off", "隔离已断电的机器"),
  phases: [fenceMachine],
  parameters: namedMachines("fence", "why"),
};
