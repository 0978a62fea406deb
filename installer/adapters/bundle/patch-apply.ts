import { createGunzip } from "node:zlib";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { SlipwayError } from "../../contract/errors/index.ts";
import { ByteReader } from "../../core/bundle/byte-reader.ts";
import {
  type BasePacking,
  CONTROL_BYTES,
  headerProblem,
  MAX_PATCH_HEADER_BYTES,
  PATCH_MAGIC,
  PATCH_PROLOGUE_BYTES,
  PatchHeader,
  readControl,
} from "../../core/bundle/patch-format.ts";
import { problemOf, writeFailure } from "./errors.ts";
import { CHUNK_BYTES, readPieces, writeAll } from "./files.ts";
import { HashingStream } from "./hasher.ts";
import { compress, decompress, isCompressor, isZstdError } from "./zstd.ts";

/** What to rebuild, from where, and the names errors use. */
export interface PatchJob {
  readonly patchPath: string;
  readonly patchSize: number;
  readonly basePath: string;
  readonly baseSize: number;
  readonly target: { readonly digest: string; readonly size: number };
  readonly component: string;
  /** Folder for the unpacked base, removed afterwards. */
  readonly scratch: string;
}

/** Reads and judges the header of a patch. Rejects with BUNDLE_PATCH_BAD. */
export const readPatchHeader = async (
  job: Pick<PatchJob, "patchPath" | "patchSize" | "target" | "baseSize" | "component">,
): Promise<{ header: PatchHeader; streamsAt: number }> => {
  const bad = (problem: string): SlipwayError => patchBad(job, problem);
  const input = new ByteReader(readPieces(job.patchPath), job.patchPath);
  try {
    const prologue = Buffer.from(await input.take(PATCH_PROLOGUE_BYTES));
    if (!prologue.subarray(0, PATCH_MAGIC.length).equals(PATCH_MAGIC))
      throw bad("it does not begin like one");
    const length = prologue.readUInt32LE(PATCH_MAGIC.length);
    if (length > MAX_PATCH_HEADER_BYTES) throw bad("its header is absurdly long");
    const parsed = PatchHeader.safeParse(jsonOf(await input.take(length)));
    if (!parsed.success) throw bad(parsed.error.issues[0]?.message ?? "its header is malformed");
    const header = parsed.data;
    const problem = headerProblem(header, {
      patch: job.patchSize,
      headerBytes: length,
      target: job.target.size,
      base: job.baseSize,
    });
    if (problem !== undefined) throw bad(problem);
    if (header.target.digest !== job.target.digest) throw bad(`it makes ${header.target.digest}`);
    return { header, streamsAt: PATCH_PROLOGUE_BYTES + length };
  } finally {
    await input.close();
  }
};

/**
 * The bytes of the rebuilt blob, as a stream; its digest is for the caller to check. Memory does not grow with the size:
 * the base is read where it is needed, everything else flows. Rejects with BUNDLE_PATCH_BAD on any inconsistency.
 */
export async function* rebuild(job: PatchJob): AsyncGenerator<Uint8Array, void> {
  const { header, streamsAt } = await readPatchHeader(job);
  const compressor = header.target.compressor;
  if (compressor !== null && !isCompressor(compressor))
    throw patchBad(job, `compressor ${compressor} is not known`);
  const unpacked = join(job.scratch, `${process.pid}-${job.target.digest.slice(7, 23)}.base`);
  try {
    await unpackBase(job, header, unpacked);
    const base = await open(header.base.packing === "none" ? job.basePath : unpacked, "r");
    try {
      const content = new HashingStream();
      const plain = content.through(contentOf(job, header, { base, streamsAt }));
      yield* compressor === null ? plain : compress(plain, compressor);
      if (content.digest() !== header.target.contentDigest)
        throw patchBad(job, "its content comes out wrong");
    } finally {
      await base.close();
    }
  } catch (error) {
    if (isZstdError(error)) throw patchBad(job, problemOf(error), error);
    throw error;
  } finally {
    await rm(unpacked, { force: true });
  }
}

/** The unpacked content of a packed blob, never more than `limit` bytes of it. */
export const unpack = (
  path: string,
  packing: BasePacking,
  limit: { bytes: number; item: string },
): AsyncIterable<Uint8Array> => {
  if (packing === "none") return readPieces(path);
  if (packing === "zstd") return decompress(readPieces(path), limit);
  return limited(Readable.from(readPieces(path)).pipe(createGunzip()), limit);
};

async function* limited(
  stream: AsyncIterable<Uint8Array>,
  limit: { bytes: number; item: string },
): AsyncGenerator<Uint8Array, void> {
  let seen = 0;
  for await (const piece of stream) {
    seen += piece.length;
    if (seen > limit.bytes) {
      throw SlipwayError.of("BUNDLE_SIZE_ABSURD", { item: limit.item, bytes: seen, limit: limit.bytes });
    }
    yield piece;
  }
}

const unpackBase = async (job: PatchJob, header: PatchHeader, to: string): Promise<void> => {
  if (header.base.packing === "none") return;
  const limit = { bytes: header.base.contentSize, item: job.component };
  const handle = await open(to, "w");
  let at = 0;
  try {
    for await (const piece of unpack(job.basePath, header.base.packing, limit)) {
      await writeAll(handle, piece, at).catch((error: unknown) => {
        throw writeFailure(error, job.scratch, job.component);
      });
      at += piece.length;
    }
  } finally {
    await handle.close();
  }
  if (at !== header.base.contentSize) throw patchBad(job, "its base has another size");
};

async function* contentOf(
  job: PatchJob,
  header: PatchHeader,
  from: { base: FileHandle; streamsAt: number },
): AsyncGenerator<Uint8Array, void> {
  let at = from.streamsAt;
  const stream = (lengths: { packed: number; plain: number }): ByteReader => {
    const start = at;
    at += lengths.packed;
    const packed = readPieces(job.patchPath, { start, end: at });
    return new ByteReader(decompress(packed, { bytes: lengths.plain, item: job.component }), job.patchPath);
  };
  const control = stream(header.control);
  const difference = stream(header.difference);
  const extra = stream(header.extra);
  try {
    for (let step = 0; step < header.control.plain / CONTROL_BYTES; step += 1) {
      const { position, ...lengths } = readControl(await control.take(CONTROL_BYTES));
      if (position + lengths.difference > header.base.contentSize)
        throw patchBad(job, "it reaches past its base");
      let where = position;
      for await (const piece of difference.pieces(lengths.difference)) {
        for (let done = 0; done < piece.length; done += CHUNK_BYTES) {
          const part = piece.subarray(done, done + CHUNK_BYTES);
          yield await addBase(part, from.base, where);
          where += part.length;
        }
      }
      yield* extra.pieces(lengths.extra);
    }
    await Promise.all([control.expectEnd(), difference.expectEnd(), extra.expectEnd()]);
  } catch (error) {
    if (error instanceof SlipwayError && STREAM_ERRORS.has(error.code)) {
      throw patchBad(job, "its streams are damaged", error);
    }
    throw error;
  } finally {
    await Promise.all([control.close(), difference.close(), extra.close()]);
  }
}

const STREAM_ERRORS: ReadonlySet<string> = new Set([
  "BUNDLE_TRUNCATED",
  "BUNDLE_TRAILING_BYTES",
  "BUNDLE_READ_FAILED",
]);

/** Difference plus base, byte by byte, modulo 256. */
const addBase = async (piece: Uint8Array, base: FileHandle, position: number): Promise<Uint8Array> => {
  const sum = Buffer.allocUnsafe(piece.length);
  let filled = 0;
  while (filled < sum.length) {
    const { bytesRead } = await base.read(sum, filled, sum.length - filled, position + filled);
    if (bytesRead === 0) throw new Error("the base ends too early");
    filled += bytesRead;
  }
  for (let at = 0; at < sum.length; at += 1) sum[at] = ((sum[at] ?? 0) + (piece[at] ?? 0)) & 0xff;
  return sum;
};

const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
};

const patchBad = (
  job: Pick<PatchJob, "target" | "component">,
  problem: string,
  cause?: unknown,
): SlipwayError =>
  SlipwayError.of(
    "BUNDLE_PATCH_BAD",
    { blob: job.target.digest, component: job.component, problem },
    { cause },
  );
