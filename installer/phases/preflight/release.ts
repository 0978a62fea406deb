import * as z from "zod";
import { text } from "../../contract/text.ts";
import { APPLIANCE, SlipwayError } from "../../core/contract.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import type { Release } from "../../core/ports/release.ts";
import { inventory } from "../machine/inventory.ts";
import { releaseFor } from "../release.ts";

type Step = Pick<StepContext<Record<string, never>>, "cluster" | "ports" | "signal">;

/**
 * What was made for this site is older than now, or the clock is wrong: a certificate of such a clock would be refused.
 * Nothing was asked of the machines for it, so that a site of one machine is judged too.
 */
const assertClockNotPast = async ({ ports }: Step, releases: readonly Release[]): Promise<void> => {
  const authority = await ports.siteCa.inspect(await ports.siteCa.certificate());
  const made: { what: string; at: number }[] = [
    ...releases.flatMap(({ created, version }) =>
      created === undefined ? [] : [{ what: `bundle ${version}`, at: created }],
    ),
    ...(authority === undefined ? [] : [{ what: "site CA", at: authority.notBefore }]),
  ];
  const newest = made.toSorted((one, other) => other.at - one.at)[0];
  const now = ports.clock.now();
  if (newest === undefined || newest.at <= now) return;
  throw SlipwayError.of("APPLIANCE_CLOCK_PAST", {
    now: new Date(now).toISOString(),
    what: newest.what,
    made: new Date(newest.at).toISOString(),
  });
};

/**
 * Makes sure that there is a bundle for the spec and for every machine's architecture, and that the appliance's clock is
 * later than what was made before, while nothing has been done yet.
 */
export const preflightRelease = definePhase({
  id: "preflight.release",
  title: text("Find the bundle for the spec", "查找规格所需的软件包"),
  needs: { facts: everyMachine(inventory) },
  output: z.object({ bundle: z.string(), version: z.string() }),
  effect: "reads",
  timeoutMs: 60_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const one = new Map([...context.from.facts.values()].map((facts) => [facts.cpu.architecture, facts]));
    const releases = await Promise.all([...one.values()].map((facts) => releaseFor(context, facts)));
    await assertClockNotPast(context, releases);
    const [release] = releases;
    return {
      state: "satisfied",
      output: { bundle: release?.bundle ?? "-", version: release?.version ?? "-" },
    };
  },
});
