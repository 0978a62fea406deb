import { setTimeout as delay } from "node:timers/promises";
import { SlipwayError } from "../../core/contract.ts";
import type { Clock } from "../../core/ports/clock.ts";

/** Longest delay a timer of Node takes; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

const cancelled = (cause: unknown): SlipwayError => SlipwayError.of("CANCELLED", {}, { cause });

/** The clock of the computer. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    if (signal?.aborted === true) throw cancelled(signal.reason);
    let left = Math.max(0, ms);
    do {
      const part = Math.min(left, LONGEST_MS);
      try {
        await delay(part, undefined, signal === undefined ? {} : { signal });
      } catch (thrown) {
        throw cancelled(thrown);
      }
      left -= part;
    } while (left > 0);
  },
};
