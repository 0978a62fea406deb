import * as z from "zod";
import { text } from "../../contract/text.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { assertNoneBlocks } from "../../core/preflight/judge.ts";
import { membership } from "../cluster/membership.ts";
import { endpointProbe } from "../endpoint/probe.ts";
import { preflightCluster } from "./cluster.ts";
import { preflightMachine } from "./machine.ts";
import { preflightRelease } from "./release.ts";
import { preflightSite } from "./site.ts";

/**
 * Everything that can refuse a cluster without touching a machine stands before this, and everything that changes one
 * after it: what is refused is refused in the plan, and leaves no mark anywhere.
 */
export const preflightAdmission = definePhase({
  id: "preflight.admission",
  title: text("Decide whether anything may be changed", "判定是否可以开始更改"),
  needs: {
    machines: everyMachine(preflightMachine),
    members: everyMachine(membership),
    endpoint: everyMachine(endpointProbe),
    site: preflightSite,
    release: preflightRelease,
    cluster: preflightCluster,
  },
  output: z.object({ checked: z.number().describe("Results looked at") }),
  effect: "reads",
  timeoutMs: 10_000,
  on: () => [APPLIANCE],
  async probe({ from }) {
    const results = [...from.machines.values(), from.site].flatMap((report) => report.results);
    assertNoneBlocks(results);
    return { state: "satisfied", output: { checked: results.length } };
  },
});
