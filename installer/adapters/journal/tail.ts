import type { OperationEvent, OperationId } from "../../core/contract.ts";
import type { EventQuery } from "../../core/ports/journal.ts";

type Wake = () => void;

/** Events read from the database at a time. */
const PAGE = 500;

/**
 * Tells tails that there is something new. It passes on no events: every tail reads from the database at its own pace,
 * so a slow reader costs no memory and holds nobody back.
 */
export class Announcements {
  readonly #waiting = new Map<Wake, OperationId | undefined>();
  #closed = false;

  /** Wakes the tails that wait for one of `operations`. */
  announce(operations: ReadonlySet<OperationId>): void {
    for (const [wake, operation] of this.#waiting) {
      if (operation === undefined || operations.has(operation)) wake();
    }
  }

  /** Ends every tail once it has read what there is. */
  close(): void {
    this.#closed = true;
    for (const wake of this.#waiting.keys()) wake();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves at the next announcement, on close, and when `signal` aborts. */
  async wait(operation: OperationId | undefined, signal: AbortSignal): Promise<void> {
    if (this.#closed || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake: Wake = () => resolve();
    this.#waiting.set(wake, operation);
    signal.addEventListener("abort", wake, { once: true });
    try {
      await promise;
    } finally {
      this.#waiting.delete(wake);
      signal.removeEventListener("abort", wake);
    }
  }
}

/** What a tail reads from and is woken by. */
export interface TailSource {
  readonly announcements: Announcements;
  /** Sequence number of the newest committed event. */
  readonly lastSeq: () => number;
  readonly read: (query: EventQuery) => Promise<readonly OperationEvent[]>;
}

/** All events after `query.after`, then new ones as they are committed; ends when `signal` aborts. */
export async function* tailEvents(
  source: TailSource,
  query: EventQuery,
  signal: AbortSignal,
): AsyncGenerator<OperationEvent> {
  // A reader that is ahead of the journal knew it before it was restored from a copy: it goes on from here.
  let after = Math.min(query.after ?? 0, source.lastSeq());
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  while (!signal.aborted && left > 0) {
    const seen = source.lastSeq();
    if (seen <= after) {
      if (source.announcements.closed) return;
      await source.announcements.wait(query.operation, signal);
      continue;
    }
    const limit = Math.min(PAGE, left);
    const page = await source.read({ ...query, after, limit });
    for (const event of page) {
      if (signal.aborted) return;
      after = event.seq;
      left -= 1;
      yield event;
    }
    // Less than a page: this operation has nothing more up to `seen`.
    if (page.length < limit) after = Math.max(after, seen);
  }
}
