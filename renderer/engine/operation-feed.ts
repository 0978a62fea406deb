import { useEffect, useState } from "react";
import type { FeedItem, Operation } from "../../installer/contract/api/operations.ts";
import { isCode, type WireError } from "../../installer/contract/errors/index.ts";
import { advance, emptyTimeline, isOver, type Timeline } from "../state/timeline.ts";
import { client } from "./engine.ts";
import { problemOf } from "./errors.ts";

/** Items are put into the page this often, however many come. */
const BATCH_MS = 50;
const AGAIN_MS = 500;

/** A timeline, and why it can be followed no further. */
export interface Followed {
  readonly timeline: Timeline;
  readonly error?: WireError;
}

/**
 * Follows an operation from its first event on. When the connection breaks it goes on after the last event it has seen,
 * so nothing is lost and nothing is shown twice.
 */
export const followOperation = (
  id: string,
  tell: (followed: Followed) => void,
  signal: AbortSignal,
): void => {
  let timeline = emptyTimeline;
  let waiting: FeedItem[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    timeline = advance(timeline, waiting);
    waiting = [];
    if (!signal.aborted) tell({ timeline });
  };
  const lastSeq = (): number =>
    waiting.findLast((item) => item.kind === "event")?.event.seq ?? timeline.lastSeq;
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const feed = await client.operations.events({ id, after: lastSeq() }, { signal });
        for await (const item of feed) {
          waiting.push(item);
          timer ??= setTimeout(flush, BATCH_MS);
        }
        clearTimeout(timer);
        flush();
        if (isOver(timeline)) return;
      } catch (error) {
        if (signal.aborted) return;
        if (!isCode(error, "ENGINE_LOST")) {
          tell({ timeline, error: problemOf(error) });
          return;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  };
  void follow();
};

/**
 * The live timeline of an operation. It is followed anew when `run` changes, and when an operation that had ended is under
 * way again, whoever set it going.
 */
export const useOperation = ({ id, status }: Pick<Operation, "id" | "status">, run: number): Followed => {
  const [followed, setFollowed] = useState<Followed>({ timeline: emptyTimeline });
  const isUnderWay = status === "running" || status === "paused" || status === "cancelling";
  useEffect(() => {
    const ending = new AbortController();
    followOperation(id, setFollowed, ending.signal);
    return () => ending.abort();
  }, [id, run, isUnderWay]);
  return followed;
};
