import type { LiveEvent, OperationId } from "../core/contract.ts";
import type { Journal } from "../core/ports/journal.ts";
import type { FeedItem } from "./operations-api.ts";

/** Live events beyond this many unread ones are dropped: they are only worth showing while they are fresh. */
const liveBacklog = 256;

/**
 * Follows one operation: all events after `after`, then new ones, with live events in between. Ends behind the event
 * that ended the operation, unless the operation has been resumed since.
 */
export async function* operationFeed(
  sources: { readonly journal: Journal; readonly listeners: Set<(event: LiveEvent) => void> },
  query: { readonly operation: OperationId; readonly after: number },
  signal: AbortSignal,
): AsyncGenerator<FeedItem, void> {
  const { journal, listeners } = sources;
  const finished = new AbortController();
  const ending = AbortSignal.any([signal, finished.signal]);
  const live: LiveEvent[] = [];
  let wake: () => void = () => undefined;
  const listen = (event: LiveEvent): void => {
    if (event.operation !== query.operation || live.length >= liveBacklog) return;
    live.push(event);
    wake();
  };
  let last = await lastSeqOfEnded(journal, query.operation);
  if (last !== undefined && last <= query.after) return;
  listeners.add(listen);
  const events = journal.tail(query, ending)[Symbol.asyncIterator]();
  let next = events.next();
  try {
    for (;;) {
      const winner = await Promise.race([
        next,
        new Promise<"live">((resolve) => (wake = () => resolve("live"))),
      ]);
      for (const item of live.splice(0)) yield { kind: "live", live: item };
      if (winner === "live") continue;
      if (winner.done === true) return;
      yield { kind: "event", event: winner.value };
      const { seq, body } = winner.value;
      if (body.type === "operation.ended" || seq === last)
        last = await lastSeqOfEnded(journal, query.operation);
      if (last !== undefined && seq >= last) return;
      next = events.next();
    }
  } finally {
    listeners.delete(listen);
    finished.abort();
    await next.catch(() => undefined);
  }
}

/** Sequence number of the last event of an operation that has ended; undefined while more may come. */
const lastSeqOfEnded = async (journal: Journal, id: OperationId): Promise<number | undefined> => {
  const record = await journal.operation(id);
  return record?.endedAt === undefined ? undefined : record.lastSeq;
};
