import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { returnToService as returnMachine } from "../phases/node/return.ts";
import { namedMachines } from "./machine-parameters.ts";

/** Puts machines back into service once they are well. */
export const returnToService: Workflow = {
  id: "return",
  title: text("Return machines to service", "让机器恢复服务"),
  phases: [returnMachine],
  parameters: namedMachines("return"),
};
