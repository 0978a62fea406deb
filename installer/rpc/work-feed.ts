/** Newer progress replaces older progress of the same kind that nobody has fetched yet; everything else is kept. */
export interface FeedOptions<E> {
  /** Events with the same key stand for one another; undefined for those that must all arrive. */
  readonly key?: (event: E) => string | undefined;
}

/**
 * Turns work that reports by callback into a feed: its events as they come, then what `end` makes of its result. A slow
 * reader holds nothing up and makes nothing grow without limit as far as `key` says what is replaceable.
 */
export async function* workFeed<E, R, I>(
  work: (emit: (event: E) => void) => Promise<R>,
  wrap: { readonly event: (event: E) => I; readonly end: (result: R) => I },
  { key = () => undefined }: FeedOptions<E> = {},
): AsyncGenerator<I, void, void> {
  const waiting = new Map<string, E>();
  let count = 0;
  let wake = Promise.withResolvers<void>();
  const result = work((event) => {
    waiting.set(key(event) ?? `#${count++}`, event);
    wake.resolve();
  });
  const ended = result.then(
    () => "ended" as const,
    () => "ended" as const,
  );
  for (;;) {
    const next = await Promise.race([ended, wake.promise]);
    wake = Promise.withResolvers();
    const events = [...waiting.values()];
    waiting.clear();
    for (const event of events) yield wrap.event(event);
    if (next === "ended") break;
  }
  yield wrap.end(await result);
}
