import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { reboot as rebootMachine } from "../phases/node/reboot.ts";
import { namedMachines } from "./machine-parameters.ts";

/** Restarts machines, each only while all control planes are well. */
export const reboot: Workflow = {
  id: "reboot",
  title: text("Restart machines one after another", "逐台重启机器"),
  phases: [rebootMachine],
  parameters: namedMachines("reboot", "drain"),
};
