import { CheckReport } from "../../contract/preflight.ts";
import { text } from "../../contract/text.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { judgeSite } from "../../core/preflight/judge.ts";
import { inventory } from "../machine/inventory.ts";
import { reachability } from "./reachability.ts";

/** Compares the machines with one another: duplicates, clocks, and the ways between them. */
export const preflightSite = definePhase({
  id: "preflight.site",
  title: text("Compare the machines", "比对各机器"),
  needs: { facts: everyMachine(inventory), reach: everyMachine(reachability) },
  output: CheckReport,
  effect: "reads",
  timeoutMs: 30_000,
  on: () => [APPLIANCE],
  async probe({ from, cluster }) {
    return {
      state: "satisfied",
      output: { results: judgeSite({ cluster, facts: from.facts, reach: from.reach }) },
    };
  },
});
