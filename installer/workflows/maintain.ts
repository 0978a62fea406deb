import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { maintain as maintainMachine } from "../phases/node/maintain.ts";
import { namedMachines } from "./machine-parameters.ts";

/** Drains machines and marks them as out of service. */
export const maintain: Workflow = {
  id: "maintain",
  title: text("Take machines into maintenance", "将机器转入维护"),
  phases: [maintainMachine],
  parameters: namedMachines("maintain", "drain", "why"),
};
