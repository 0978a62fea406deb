import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { connect } from "../phases/machine/connect.ts";
import { forget as forgetMachine } from "../phases/machine/forget.ts";

/** Removes every trace of Slipway from machines that serve in no cluster. */
export const forget: Workflow = {
  id: "forget",
  title: text("Forget the machines", "清除机器上的 Slipway 痕迹"),
  phases: [connect, forgetMachine],
};
