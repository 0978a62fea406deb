import type { WorkProgress } from "../../contract/api/work.ts";

/** How often a log gets a line of what moves quickly, such as bytes. */
const BYTES_MS = 5_000;
/** The same for what is counted in pieces that take minutes each. A log is never silent for longer, news or not. */
const ITEMS_MS = 20_000;

/** What there is to tell at a moment. */
export interface WorkState {
  readonly progress: WorkProgress;
  /** What is going on below the total, a line for each. */
  readonly details: readonly string[];
}

/**
 * Decides when a log gets a line: at once when a stage begins or is complete, else from time to time, so that a work of
 * hours is neither silent nor a flood.
 */
export class PlainPace {
  #latest: WorkState | undefined;
  #stage: string | undefined;
  #toldAt = 0;
  #complete = false;

  /** Takes in what is new; gives it back when it is to be told now. */
  update(state: WorkState, now: number): WorkState | undefined {
    const { stage, done, total } = state.progress;
    this.#latest = state;
    const begins = stage !== this.#stage;
    if (begins) this.#complete = false;
    const completes = done >= total && !this.#complete;
    if (this.#complete) return undefined;
    this.#stage = stage;
    this.#complete = done >= total;
    return begins || completes ? this.#tell(now) : this.tick(now);
  }

  /** To be asked every second or so: gives what is to be told although nothing new came. */
  tick(now: number): WorkState | undefined {
    if (this.#latest === undefined || this.#complete) return undefined;
    const pause = this.#latest.progress.unit === "bytes" ? BYTES_MS : ITEMS_MS;
    return now - this.#toldAt >= pause ? this.#tell(now) : undefined;
  }

  #tell(now: number): WorkState | undefined {
    this.#toldAt = now;
    return this.#latest;
  }
}
