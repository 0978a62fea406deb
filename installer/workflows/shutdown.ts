import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { shutdown as shutdownMachine } from "../phases/node/shutdown.ts";
import { namedMachines } from "./machine-parameters.ts";

/** Drains machines and switches them off. */
export const shutdown: Workflow = {
  id: "shutdown",
  title: text("Switch machines off", "关闭机器"),
  phases: [shutdownMachine],
  parameters: namedMachines("shutdown", "drain", "why"),
};
