import type { BootEvent } from "../../core/netboot/timeline/events.ts";
import { diagnose, type Finding } from "../../core/netboot/timeline/diagnose.ts";
import { afterEvent, emptyTimeline, type BootTimeline } from "../../core/netboot/timeline/timeline.ts";

/** Machines that were seen longest ago are forgotten beyond this: anything may ask for an address. */
const MOST_MACHINES = 4096;

/** What happened to each machine as it booted, since the engine started. */
export class Timelines {
  readonly #of = new Map<string, BootTimeline>();
  readonly #expected = new Map<string, number>();
  readonly #ring: () => void;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  add(event: BootEvent): void {
    const { mac } = event;
    const next = afterEvent(this.#of.get(mac) ?? emptyTimeline(mac), event);
    this.#of.delete(mac);
    this.#of.set(mac, next);
    if (this.#of.size > MOST_MACHINES) this.#of.delete(this.#of.keys().next().value ?? "");
    this.#ring();
  }

  /** The machine should show up from now on: its silence is a finding after a while. */
  expect(mac: string, now: number): void {
    if (!this.#expected.has(mac)) this.#expected.set(mac, now);
  }

  /** Nobody waits for the machine any more. */
  release(mac: string): void {
    this.#expected.delete(mac);
  }

  of(mac: string): BootTimeline {
    return this.#of.get(mac) ?? emptyTimeline(mac);
  }

  all(): readonly BootTimeline[] {
    return [...this.#of.values()];
  }

  /** Where a machine has stopped, if it has. */
  finding(mac: string, now: number): Finding | undefined {
    return diagnose(this.of(mac), { now, expectedSince: this.#expected.get(mac) });
  }
}
