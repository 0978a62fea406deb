import { type FileHandle, open } from "node:fs/promises";
import { ByteReader } from "../../core/bundle/byte-reader.ts";
import {
  type BlobSink,
  checkDigest,
  checkHeader,
  type PayloadHooks,
  readEntry,
  readPayload,
  readTrailer,
} from "../../core/bundle/reader.ts";
import { TAR_BLOCK, tarPadding } from "../../core/bundle/tar.ts";
import type { TransportEntry, TransportHead } from "../../core/bundle/transport.ts";
import type { OnProgress } from "../../core/ports/bundle.ts";
import { isCode, SlipwayError } from "../../contract/errors/index.ts";
import { throwIfCancelled, writeFailure } from "./errors.ts";
import { readPieces } from "./files.ts";
import { newHasher } from "./hasher.ts";
import { HashPool } from "./hash-pool.ts";
import type { HashReply, Segment } from "./hash-task.ts";
import type { TransportSource } from "./source.ts";

/** Where the content of entries goes while it is checked. */
export interface PayloadTarget {
  /** False: the site has it already. It is passed over where the source allows, else checked and let go. */
  wants(entry: TransportEntry): boolean;
  /** Temporary path to copy the entry to; undefined: check only. */
  path(entry: TransportEntry): string | undefined;
  /** The entry lies at its temporary path, checked. Syncing it is left to the target: no thread that hashes waits for a disk. */
  done(entry: TransportEntry): Promise<void>;
  /** The entry is not what it should be: nothing of it may stay. */
  failed(entry: TransportEntry): Promise<void>;
  /** The same for a stream; undefined: check only. */
  sink(entry: TransportEntry): Promise<BlobSink | undefined>;
}

/** One pass over everything behind the head. */
export interface PayloadRun {
  readonly source: TransportSource;
  readonly head: TransportHead;
  readonly target: PayloadTarget;
  readonly onProgress: OnProgress;
  readonly stage: string;
  readonly signal: AbortSignal;
}

/** Checks everything behind the head by the fastest way the source allows. `input` stands where the head ended. */
export const takePayload = async (run: PayloadRun, input: ByteReader): Promise<void> => {
  if (run.source.segments !== undefined) {
    await input.close();
    await takeFromFiles(run);
  } else if (run.source.seekable) {
    await input.close();
    await takeBySeeking(run);
  } else {
    await takeFromPipe(run, input);
  }
};

/** All cores hash; headers and fillings are read by this thread. */
const takeFromFiles = async (run: PayloadRun): Promise<void> => {
  const { head, source, target } = run;
  if (source.size !== undefined && source.size > head.totalBytes) {
    throw SlipwayError.of("BUNDLE_TRAILING_BYTES", { offset: head.totalBytes });
  }
  const wanted = head.payload.filter((entry) => target.wants(entry));
  const total = wanted.reduce((sum, entry) => sum + entry.size, 0);
  await using pool = new HashPool();
  const stop = (): void => void pool[Symbol.asyncDispose]();
  const stopAndRethrow = (error: unknown): never => {
    stop();
    throw error;
  };
  run.signal.addEventListener("abort", stop, { once: true });
  const ticker = setInterval(() => {
    run.onProgress({ stage: run.stage, done: pool.bytesDone, total, unit: "bytes" });
  }, 200);
  try {
    const largestFirst = wanted.toSorted((a, b) => b.size - a.size);
    const jobs = [checkFrame(run), ...largestFirst.map(async (entry) => takeOne(run, pool, entry))];
    const results = await Promise.allSettled(jobs.map(async (job) => job.catch(stopAndRethrow)));
    const failure = firstFailure(results, run.signal);
    if (failure !== undefined) throw failure;
    run.onProgress({ stage: run.stage, done: total, total, unit: "bytes" });
  } finally {
    clearInterval(ticker);
    run.signal.removeEventListener("abort", stop);
  }
};

/**
 * Reads all that is not content: headers, fillings, the end. Between two blobs that is one piece: the filling behind the
 * one and the header of the next.
 */
const checkFrame = async (run: PayloadRun): Promise<void> => {
  await using files = new OpenFiles();
  const between = async (
    [start, end]: readonly [number, number],
    read: (input: ByteReader) => Promise<void>,
  ): Promise<void> => {
    const segments = run.source.segments?.(start, Math.min(end, run.source.size ?? end)) ?? [];
    const input = new ByteReader(files.pieces(segments), run.source.name, start);
    try {
      await read(input);
    } finally {
      await input.close();
    }
  };
  let previous: TransportEntry | undefined;
  for (const entry of run.head.payload) {
    const header = entry.offset - TAR_BLOCK;
    const filled = previous;
    await between([filled === undefined ? header : endOf(filled), entry.offset], async (input) => {
      if (filled !== undefined) await checkFilling(input, filled);
      input.item = itemOf(entry);
      checkHeader(await input.take(TAR_BLOCK), entry, header);
    });
    previous = entry;
  }
  const last = previous;
  const rest = last === undefined ? run.head.trailerOffset : endOf(last);
  await between([rest, Number.POSITIVE_INFINITY], async (input) => {
    if (last !== undefined) await checkFilling(input, last);
    await readTrailer(input);
  });
};

const endOf = ({ offset, size }: TransportEntry): number => offset + size;

const checkFilling = async (input: ByteReader, entry: TransportEntry): Promise<void> => {
  input.item = itemOf(entry);
  if (isZero(await input.take(tarPadding(entry.size)))) return;
  throw SlipwayError.of("BUNDLE_PADDING_BAD", { item: itemOf(entry), offset: endOf(entry) });
};

/** Files that are opened once for many small reads. */
class OpenFiles implements AsyncDisposable {
  readonly #handles = new Map<string, FileHandle>();

  async *pieces(segments: readonly Segment[]): AsyncGenerator<Uint8Array, void> {
    for (const { path, start, end } of segments) {
      const handle = this.#handles.get(path) ?? (await open(path, "r"));
      this.#handles.set(path, handle);
      for (let at = start; at < end;) {
        const buffer = Buffer.allocUnsafe(Math.min(FRAME_BYTES, end - at));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
        at += bytesRead;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const handle of this.#handles.values()) await handle.close();
  }
}

/** More than a filling and a header. */
const FRAME_BYTES = 2048;

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

const takeOne = async (run: PayloadRun, pool: HashPool, entry: TransportEntry): Promise<void> => {
  const out = run.target.path(entry);
  try {
    const segments = run.source.segments?.(entry.offset, entry.offset + entry.size) ?? [];
    const covered = segments.reduce((sum, part) => sum + part.end - part.start, 0);
    const reply = await pool.run(segments, out);
    if (covered < entry.size && "hex" in reply) throw truncated(run, entry, covered);
    accept(run, { entry, out }, reply);
  } catch (error) {
    await run.target.failed(entry);
    throw error;
  }
  await run.target.done(entry);
};

const accept = (
  run: PayloadRun,
  { entry, out }: { entry: TransportEntry; out: string | undefined },
  reply: HashReply,
): void => {
  if ("hex" in reply) {
    checkDigest(entry, `sha256:${reply.hex}`);
  } else if ("truncatedAt" in reply) {
    throw truncated(run, entry, reply.truncatedAt);
  } else if ("readFailedAt" in reply) {
    throw SlipwayError.of("BUNDLE_READ_FAILED", {
      file: reply.path,
      offset: entry.offset + reply.readFailedAt,
      item: itemOf(entry),
      problem: reply.problem,
    });
  } else {
    throw writeFailure({ code: reply.code, message: reply.failed }, out ?? run.source.name, itemOf(entry));
  }
};

/** One pass over a web server: what the site has is not fetched. */
const takeBySeeking = async (run: PayloadRun): Promise<void> => {
  let input: ByteReader | undefined;
  const work = async (): Promise<void> => {
    for (const entry of run.head.payload) {
      if (run.target.wants(entry)) {
        input ??= readerAt(run, entry.offset - TAR_BLOCK, Number.POSITIVE_INFINITY);
        await readEntry(input, entry, hooks(run));
      } else {
        await input?.close();
        input = undefined;
      }
    }
    input ??= readerAt(run, run.head.trailerOffset, Number.POSITIVE_INFINITY);
    await readTrailer(input);
  };
  try {
    await withTicker(run, () => input?.position ?? 0, work);
  } finally {
    await input?.close();
  }
};

const takeFromPipe = async (run: PayloadRun, input: ByteReader): Promise<void> => {
  const work = async (): Promise<void> => readPayload(input, run.head, hooks(run));
  await withTicker(run, () => input.position, work);
};

const withTicker = async (run: PayloadRun, done: () => number, work: () => Promise<void>): Promise<void> => {
  const total = run.head.totalBytes;
  const ticker = setInterval(() => {
    run.onProgress({ stage: run.stage, done: done(), total, unit: "bytes" });
  }, 200);
  try {
    await work();
    run.onProgress({ stage: run.stage, done: total, total, unit: "bytes" });
  } finally {
    clearInterval(ticker);
  }
};

const hooks = (run: PayloadRun): PayloadHooks => ({
  newHasher,
  open: async (entry) => {
    throwIfCancelled(run.signal);
    return run.target.wants(entry) ? run.target.sink(entry) : undefined;
  },
});

const readerAt = (run: PayloadRun, start: number, end: number): ByteReader => {
  const { source } = run;
  const upTo = Math.min(end, source.size ?? end);
  const stream = source.segments?.(start, upTo) ?? undefined;
  return new ByteReader(
    stream === undefined ? source.open(start, run.signal) : piecesOf(stream),
    source.name,
    start,
  );
};

async function* piecesOf(segments: readonly Segment[]): AsyncGenerator<Uint8Array, void> {
  for (const { path, start, end } of segments) yield* readPieces(path, { start, end });
}

const truncated = (run: PayloadRun, entry: TransportEntry, after: number): SlipwayError =>
  SlipwayError.of("BUNDLE_TRUNCATED", {
    file: run.source.name,
    bytes: entry.offset + after,
    item: itemOf(entry),
  });

const itemOf = (entry: TransportEntry): string => `${entry.component} (${entry.digest})`;

/** Of several failures the cause: once one has failed the others are stopped and report CANCELLED. */
const firstFailure = (
  results: readonly PromiseSettledResult<void>[],
  signal: AbortSignal,
): Error | undefined => {
  if (signal.aborted) return SlipwayError.of("CANCELLED", {});
  const reasons = results.flatMap((result) => (result.status === "rejected" ? [asError(result.reason)] : []));
  return reasons.find((reason) => !isCode(reason, "CANCELLED")) ?? reasons[0];
};

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
