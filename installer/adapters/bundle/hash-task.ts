import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, writeSync } from "node:fs";

/** A stretch of a file; `end` is exclusive. */
export interface Segment {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** What is asked: hash these stretches as one, and copy them to `out` on the way when it is given. The copy is not synced. */
export interface HashTask {
  readonly id: number;
  readonly segments: readonly Segment[];
  readonly out: string | undefined;
}

/** What comes back. Offsets count from the beginning of the task's bytes. */
export type HashReply =
  | { readonly id: number; readonly hex: string }
  | { readonly id: number; readonly truncatedAt: number; readonly path: string }
  | { readonly id: number; readonly readFailedAt: number; readonly path: string; readonly problem: string }
  | { readonly id: number; readonly failed: string; readonly code: string };

/** Bytes read at once; the buffer is reused, so memory does not grow with the blob. */
const BUFFER_BYTES = 2 ** 20;

let shared: Buffer | undefined;

/** Does one task in this thread, reporting every stretch of bytes to `onBytes`. Never throws. */
export const runHashTask = (task: HashTask, onBytes: (bytes: number) => void): HashReply => {
  let out: number | undefined;
  try {
    out = task.out === undefined ? undefined : openSync(task.out, "w", 0o644);
    const hash = createHash("sha256");
    const fault = hashSegments(task, { onBytes, hash, out });
    if (fault !== undefined) return fault;
    return { id: task.id, hex: hash.digest("hex") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return { id: task.id, failed: message(error), code };
  } finally {
    if (out !== undefined) closeSync(out);
  }
};

interface Sinks {
  readonly onBytes: (bytes: number) => void;
  readonly hash: { update(bytes: Uint8Array): unknown };
  readonly out: number | undefined;
}

const hashSegments = (task: HashTask, sinks: Sinks): HashReply | undefined => {
  shared ??= Buffer.allocUnsafeSlow(BUFFER_BYTES);
  const buffer = shared;
  let done = 0;
  for (const { path, start, end } of task.segments) {
    const reading = tryRead(() => openSync(path, "r"));
    if ("problem" in reading) return { id: task.id, readFailedAt: done, path, problem: reading.problem };
    try {
      for (let at = start; at < end;) {
        const got = tryRead(() => readSync(reading.value, buffer, 0, Math.min(BUFFER_BYTES, end - at), at));
        if ("problem" in got) return { id: task.id, readFailedAt: done, path, problem: got.problem };
        if (got.value === 0) return { id: task.id, truncatedAt: done, path };
        const piece = buffer.subarray(0, got.value);
        sinks.hash.update(piece);
        if (sinks.out !== undefined) writeFully(sinks.out, piece);
        at += got.value;
        done += got.value;
        sinks.onBytes(got.value);
      }
    } finally {
      closeSync(reading.value);
    }
  }
  return undefined;
};

const tryRead = (read: () => number): { value: number } | { problem: string } => {
  try {
    return { value: read() };
  } catch (error) {
    return { problem: message(error) };
  }
};

const writeFully = (out: number, piece: Uint8Array): void => {
  for (let done = 0; done < piece.length;) done += writeSync(out, piece, done);
};

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));
