import { SlipwayError } from "../../installer/core/contract.ts";
import type { Clock } from "../../installer/core/ports/clock.ts";

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly fire: () => void;
}

export interface FakeClockOptions {
  /** Epoch milliseconds at the start. Default 2026-01-01. */
  readonly start?: number;
  /**
   * Jump to the next timer by itself when nothing else is runnable, for model tests, where nobody stands by to advance.
   * Work counts as runnable while it goes on in microtasks, and for one turn of the event loop (`setImmediate`) after
   * that; real I/O and timers of Node are not seen, so use it with fakes only.
   */
  readonly autoAdvance?: boolean;
}

/** Whole turns of the event loop that other work gets before time jumps. */
const QUIET_TURNS = 2;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Virtual time: sleepers wake in the order of their times, and nobody really waits. */
export class FakeClock implements Clock {
  readonly #start: number;
  readonly #autoAdvance: boolean;
  #elapsed = 0;
  #jumped = 0;
  #order = 0;
  #timers: Timer[] = [];
  #pumping = false;

  constructor(options: FakeClockOptions = {}) {
    this.#start = options.start ?? Date.UTC(2026, 0, 1);
    this.#autoAdvance = options.autoAdvance ?? false;
  }

  now(): number {
    return this.#start + this.#elapsed + this.#jumped;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** Number of sleepers. */
  get pending(): number {
    return this.#timers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted === true) {
      reject(SlipwayError.of("CANCELLED", {}));
      return promise;
    }
    const abort = (): void => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      reject(SlipwayError.of("CANCELLED", {}));
    };
    const timer: Timer = {
      due: this.#elapsed + Math.max(0, ms),
      order: this.#order++,
      fire: () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      },
    };
    signal?.addEventListener("abort", abort, { once: true });
    this.#timers.push(timer);
    if (this.#autoAdvance) void this.#pump();
    return promise;
  }

  /** Lets `ms` pass: every sleeper due by then wakes in order, those that were added meanwhile too. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await nextTurn();
    for (let timer = this.#next(); timer !== undefined && timer.due <= end; timer = this.#next()) {
      this.#fire(timer);
      await nextTurn();
    }
    this.#elapsed = end;
  }

  /** Moves the wall clock as an operator or NTP would: durations and sleepers do not notice. */
  jump(ms: number): void {
    this.#jumped += ms;
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (
        first === undefined ||
        timer.due < first.due ||
        (timer.due === first.due && timer.order < first.order)
      ) {
        first = timer;
      }
    }
    return first;
  }

  #fire(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    this.#elapsed = Math.max(this.#elapsed, timer.due);
    timer.fire();
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#timers.length > 0) {
      for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) await nextTurn();
      const timer = this.#next();
      if (timer !== undefined) this.#fire(timer);
    }
    this.#pumping = false;
  }
}
