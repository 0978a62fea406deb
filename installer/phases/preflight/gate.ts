import * as z from "zod";
import { text } from "../../contract/text.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { assertNoneBlocks } from "../../core/preflight/judge.ts";
import { preflightDisk } from "./disk.ts";
import { preflightMachine } from "./machine.ts";
import { preflightSite } from "./site.ts";

/**
 * Lets an operation past only when no blocking check has failed. It alone stops: so one run shows all problems of all
 * machines at once.
 */
export const preflightGate = definePhase({
  id: "preflight.gate",
  title: text("Decide on the preflight checks", "预检放行判定"),
  needs: {
    machines: everyMachine(preflightMachine),
    disks: everyMachine(preflightDisk),
    site: preflightSite,
  },
  output: z.object({
    checked: z.number().describe("Results looked at"),
    warnings: z.number(),
    waived: z.array(z.object({ check: z.string(), machine: z.string(), reason: z.string() })),
  }),
  effect: "reads",
  timeoutMs: 10_000,
  on: () => [APPLIANCE],
  async probe({ from }) {
    const results = [...from.machines.values(), ...from.disks.values(), from.site].flatMap(
      (report) => report.results,
    );
    assertNoneBlocks(results);
    return {
      state: "satisfied",
      output: {
        checked: results.length,
        warnings: results.filter(({ state }) => state === "warning").length,
        waived: results.flatMap(({ check, machine, state, reason }) =>
          state === "waived" && reason !== undefined ? [{ check, machine, reason }] : [],
        ),
      },
    };
  },
});
