import { MachineFacts } from "../../contract/facts.ts";
import { text } from "../../contract/text.ts";
import { SlipwayError } from "../../core/contract.ts";
import { betterOffset, clockOffset, type ClockOffset } from "../../core/inventory/clock.ts";
import { clockScript, collectorScript } from "../../core/inventory/collector/index.ts";
import { factsFrom } from "../../core/inventory/facts.ts";
import { parseSections } from "../../core/inventory/sections.ts";
import { definePhase } from "../../core/phase.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import type { Ports } from "../../core/ports/index.ts";
import { machineNames, theMachine } from "../targets.ts";
import { connect } from "./connect.ts";

/** A machine with hundreds of disks and interfaces stays well below this. */
const maxOutputBytes = 16 * 1024 * 1024;

/** Measured less precisely than this, the clock is asked again by itself. */
const goodEnoughMs = 50;

interface Reached {
  readonly machine: MachineSpec;
  readonly ports: Ports;
  readonly signal: AbortSignal;
}

const collect = async (
  script: string,
  { machine, ports, signal }: Reached,
): Promise<{ output: string; trip: { sentAt: number; receivedAt: number } }> => {
  const sentAt = ports.clock.now();
  const result = await ports.remote.script(machine, script, { signal, maxOutputBytes });
  const receivedAt = ports.clock.now();
  if (result.truncated) {
    const problem = `more than ${maxOutputBytes} bytes`;
    throw SlipwayError.of("FACTS_UNREADABLE", { machine: machine.name, problem }, { machine: machine.name });
  }
  return { output: result.stdout, trip: { sentAt, receivedAt } };
};

/** The clock by up to three short round trips, the best of which counts. */
const measureClock = async (
  reached: Reached,
  first: ClockOffset | undefined,
): Promise<ClockOffset | undefined> => {
  let best = first;
  for (let attempt = 0; attempt < 3 && (best?.uncertaintyMs ?? Infinity) > goodEnoughMs; attempt++) {
    const { output, trip } = await collect(clockScript, reached);
    best = betterOffset(best, clockOffset(parseSections(output, reached.machine.name), trip));
  }
  return best;
};

/** Reads everything about the machine in one round trip, and its clock in as few as give a precise answer. */
export const inventory = definePhase({
  id: "machine.inventory",
  title: text("Take inventory", "采集资产信息"),
  needs: { connect },
  output: MachineFacts,
  effect: "reads",
  timeoutMs: 120_000,
  on: machineNames,
  async probe(context) {
    const reached = { machine: theMachine(context), ports: context.ports, signal: context.signal };
    const { output, trip } = await collect(collectorScript, reached);
    const sections = parseSections(output, reached.machine.name);
    const clock = await measureClock(reached, clockOffset(sections, trip));
    const facts = factsFrom({
      machine: reached.machine.name,
      output,
      trip,
      ...(clock === undefined ? {} : { clock }),
    });
    for (const { fact, why } of facts.unknown) {
      context.say(text(`${fact} could not be read: ${why}`, `无法读取 ${fact}：${why}`));
    }
    return { state: "satisfied", output: facts };
  },
});
