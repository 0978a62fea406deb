import { open, stat } from "node:fs/promises";
import { SlipwayError } from "../../contract/errors/index.ts";
import { problemOf, systemCode } from "./errors.ts";
import { readPieces } from "./files.ts";
import type { Segment } from "./hash-task.ts";

/** A transport file, wherever it is: one file, several parts, a pipe, a web server. */
export interface TransportSource {
  /** Shown to people and named in errors. */
  readonly name: string;
  /** Undefined for a pipe. */
  readonly size: number | undefined;
  /** True when it can be opened again at any offset. */
  readonly seekable: boolean;
  /** The bytes from `offset` on. */
  open(offset: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The stretches of local files that hold a range, when the source is made of local files. */
  segments?(start: number, end: number): readonly Segment[];
}

/** A file, given in one or several parts that are already in order. */
export const fileSource = async (name: string, paths: readonly string[]): Promise<TransportSource> => {
  const parts: Segment[] = [];
  let size = 0;
  for (const path of paths) {
    const length = await sizeOfFile(path);
    parts.push({ path, start: size, end: size + length });
    size += length;
  }
  const segments = (start: number, end: number): readonly Segment[] =>
    parts
      .filter((part) => part.start < end && part.end > start)
      .map((part) => ({
        path: part.path,
        start: Math.max(start, part.start) - part.start,
        end: Math.min(end, part.end) - part.start,
      }));
  return {
    name,
    size,
    seekable: true,
    segments,
    async *open(offset) {
      for (const { path, start, end } of segments(offset, size)) yield* readPieces(path, { start, end });
    },
  };
};

/** Something that can be read once, from its beginning to its end. */
export const pipeSource = (name: string, stream: AsyncIterable<Uint8Array>): TransportSource => ({
  name,
  size: undefined,
  seekable: false,
  async *open(offset) {
    if (offset !== 0) throw new Error("a pipe cannot be read again");
    yield* stream;
  },
});

const sizeOfFile = async (path: string): Promise<number> => {
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      throw SlipwayError.of("BUNDLE_READ_FAILED", {
        file: path,
        offset: 0,
        item: "the file",
        problem: "it is a folder",
      });
    }
    const handle = await open(path, "r");
    await handle.close();
    return found.size;
  } catch (error) {
    if (error instanceof SlipwayError) throw error;
    if (systemCode(error) === "ENOENT") {
      throw SlipwayError.of("BUNDLE_SOURCE_MISSING", { file: path }, { cause: error });
    }
    throw SlipwayError.of(
      "BUNDLE_READ_FAILED",
      { file: path, offset: 0, item: "the file", problem: problemOf(error) },
      { cause: error },
    );
  }
};
