/** Bounds of what may wait for somebody, in bytes. */
export interface FlowLimits {
  /** A program is held back while somebody is behind by more than this. */
  readonly hold: number;
  /** It goes on when nobody is behind by more than this. */
  readonly release: number;
}

/** How long a program waits for somebody who was there and is gone, before output is lost to them. */
export const GRACE_MS = 30_000;

/** Somebody who watches, or did a moment ago. */
export interface Watcher {
  /** Everything before this position has been shown to them. */
  readonly shown: number;
  /** When they left; undefined while they are there. */
  readonly leftAt?: number | undefined;
}

/**
 * Whether the program behind a terminal must be held back, so that nothing is lost and nothing piles up. Somebody who left
 * counts for a while: a reload or a broken line must not cost output. Later the program goes on without them, or a
 * forgotten tab would stop it for ever. Pure.
 */
export const mustHold = (
  state: { readonly end: number; readonly holding: boolean; readonly now: number },
  watchers: readonly Watcher[],
  limits: FlowLimits,
): boolean => {
  const counting = watchers.filter(({ leftAt }) => leftAt === undefined || state.now - leftAt < GRACE_MS);
  const furthest = Math.max(0, ...counting.map(({ shown }) => state.end - shown));
  return furthest > (state.holding ? limits.release : limits.hold);
};
