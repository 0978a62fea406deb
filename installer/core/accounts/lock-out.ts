import type { Attempts } from "../ports/accounts.ts";

/** How many wrong attempts are free, and how long the first lock is; each further attempt doubles it. */
export interface LockRule {
  readonly free: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Under one name. A list of a thousand passwords takes ten days. */
export const NAME_RULE: LockRule = { free: 5, firstMs: 15_000, longestMs: 15 * 60_000 };

/** From one address, whatever the names: an office behind one address must not lock itself out by a few typos. */
export const ADDRESS_RULE: LockRule = { free: 30, firstMs: 15_000, longestMs: 15 * 60_000 };

/** Attempts are forgotten when none came for so long. */
export const FORGET_MS = 60 * 60_000;

/**
 * Until when nothing is tried, after so many attempts. With the rule for names: 5 -> 15 s, 6 -> 30 s, 7 -> 60 s, ...,
 * 11 and more -> 15 min. Undefined when the next attempt is free. Pure.
 */
export const lockedUntil = (attempts: Attempts | undefined, rule: LockRule): number | undefined => {
  if (attempts === undefined || attempts.count < rule.free) return undefined;
  const doublings = Math.min(attempts.count - rule.free, 30);
  return attempts.lastAt + Math.min(rule.firstMs * 2 ** doublings, rule.longestMs);
};
