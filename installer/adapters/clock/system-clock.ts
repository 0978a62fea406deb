import { SlipwayError } from "../../core/contract.ts";
import type { Clock } from "../../core/ports/clock.ts";

/** Longest delay a timer of Node takes; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

const cancelled = (cause: unknown): SlipwayError => SlipwayError.of("CANCELLED", {}, { cause });

/** One timer. Not that of node:timers/promises, which makes two exceptions more for each sleep that is cut short. */
const delay = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(cancelled(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });

/** The clock of the computer. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    if (signal?.aborted === true) throw cancelled(signal.reason);
    let left = Math.max(0, ms);
    do {
      const part = Math.min(left, LONGEST_MS);
      await delay(part, signal);
      left -= part;
    } while (left > 0);
  },
};
