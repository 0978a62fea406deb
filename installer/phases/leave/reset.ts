import * as z from "zod";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { connect } from "../machine/connect.ts";
import { machineNames } from "../targets.ts";
import { cleaningLoss, cleanMachine, foldersLeft } from "./cleaning.ts";

/** Ends the cluster on a machine: nothing is moved away or struck off, because nothing of the cluster stays. */
export const leaveReset = definePhase({
  id: "leave.reset",
  title: text("End the cluster on the machine", "在机器上结束集群"),
  needs: { connect },
  output: z.object({ kept: z.array(z.string()).describe("System packages that others need by now") }),
  effect: "destroys",
  timeoutMs: 15 * 60_000,
  on: (cluster, { dead = [] }) => machineNames(cluster).filter((name) => !dead.includes(name)),
  async probe(context) {
    const found = await foldersLeft(context);
    if (found.length === 0) return { state: "satisfied", output: { kept: [] } };
    return {
      state: "needed",
      why: text("it serves in the cluster", "该机器仍在集群中"),
      loss: cleaningLoss,
    };
  },
  apply: (context) => cleanMachine(context),
});
