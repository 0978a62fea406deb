import type { StepRef } from "../contract.ts";

/** Times of one step of a run, by a clock that never jumps. */
export interface StepTiming {
  readonly step: StepRef;
  readonly startedMs: number;
  readonly endedMs: number;
  /** Key of the step whose end let this one start. */
  readonly gate: string | undefined;
}

/** One link of the chain that decided how long the operation took. */
export interface CriticalLink {
  readonly step: StepRef;
  readonly waitedMs: number;
  readonly ranMs: number;
}

/**
 * Walks back from the step that ended last through the steps that each one waited for. Making any other step faster
 * would not have ended the operation sooner.
 */
export const criticalPath = (timings: ReadonlyMap<string, StepTiming>): readonly CriticalLink[] => {
  let latest: StepTiming | undefined;
  for (const timing of timings.values())
    if (latest === undefined || timing.endedMs > latest.endedMs) latest = timing;
  const links: CriticalLink[] = [];
  for (let timing = latest; timing !== undefined;) {
    const gate: StepTiming | undefined = timing.gate === undefined ? undefined : timings.get(timing.gate);
    links.push({
      step: timing.step,
      waitedMs: Math.max(0, Math.round(timing.startedMs - (gate?.endedMs ?? timing.startedMs))),
      ranMs: Math.round(timing.endedMs - timing.startedMs),
    });
    timing = gate;
  }
  return links.toReversed();
};
