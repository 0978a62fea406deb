import * as z from "zod";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { connect } from "../machine/connect.ts";
import { cleaningLoss, cleanMachine, foldersLeft } from "./cleaning.ts";
import { leaveStrike } from "./strike.ts";
import { leavingNames } from "./targets.ts";

/** Puts a machine that was struck off back to what it was before Slipway came. */
export const leaveClean = definePhase({
  id: "leave.clean",
  title: text("Put the machine back as it was found", "将机器恢复原状"),
  needs: { connect, struck: leaveStrike },
  output: z.object({ kept: z.array(z.string()).describe("System packages that others need by now") }),
  effect: "destroys",
  timeoutMs: 15 * 60_000,
  on: (_, parameters) => leavingNames(parameters),
  async probe(context) {
    const found = await foldersLeft(context);
    if (found.length === 0) return { state: "satisfied", output: { kept: [] } };
    return {
      state: "needed",
      why: text("it still holds its part of the cluster", "机器上仍有集群的组件"),
      loss: cleaningLoss,
    };
  },
  apply: (context) => cleanMachine(context),
});
