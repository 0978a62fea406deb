import { useEffect, useRef, useState } from "react";

/** How far a long piece of work has come. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly unit: "bytes" | "items";
  readonly item?: string | undefined;
}

/** What a feed of work says. */
export type WorkItem<R> =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "done"; readonly result: R };

/** A piece of work as a component sees it. */
export interface Work<R> {
  readonly busy: boolean;
  readonly progress: Progress | undefined;
  readonly result: R | undefined;
  readonly error: unknown;
  readonly run: (start: (signal: AbortSignal) => Promise<AsyncIterable<WorkItem<R>>>) => Promise<void>;
  readonly stop: () => void;
}

interface Seen<R> {
  readonly busy: boolean;
  readonly progress?: Progress;
  readonly result?: R;
  readonly error?: unknown;
}

/** Follows work that reports its progress. It is given up when the page is left. */
export const useWork = <R>(): Work<R> => {
  const [seen, setSeen] = useState<Seen<R>>({ busy: false });
  const ending = useRef<AbortController>(undefined);
  useEffect(() => () => ending.current?.abort(), []);
  const run: Work<R>["run"] = async (start) => {
    ending.current?.abort();
    const mine = new AbortController();
    ending.current = mine;
    setSeen({ busy: true });
    try {
      for await (const item of await start(mine.signal)) {
        if (item.kind === "progress") setSeen({ busy: true, progress: item.progress });
        else setSeen({ busy: false, result: item.result });
      }
    } catch (error) {
      setSeen(mine.signal.aborted ? { busy: false } : { busy: false, error });
    }
  };
  return {
    busy: seen.busy,
    progress: seen.progress,
    result: seen.result,
    error: seen.error,
    run,
    stop: () => ending.current?.abort(),
  };
};
