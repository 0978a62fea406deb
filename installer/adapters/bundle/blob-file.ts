import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Digest } from "../../contract/bundle/manifest.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { BlobExpectation, BlobInfo, ByteSource } from "../../core/ports/bundle.ts";
import { throwIfCancelled, writeFailure } from "./errors.ts";
import { readPieces, writeAll } from "./files.ts";
import { HashingStream } from "./hasher.ts";

/** Any source as a stream. */
export async function* bytesOf(source: ByteSource): AsyncGenerator<Uint8Array, void> {
  if ("path" in source) yield* readPieces(source.path);
  else if ("bytes" in source) yield source.bytes;
  else yield* source.stream;
}

/** What a stream became on disk: whole, synced and checked, but still under a temporary name. */
export interface TemporaryBlob extends BlobInfo {
  readonly path: string;
}

/** Writes a stream under a temporary name in `folder`. Nothing stays when it fails or is not what was expected. */
export const writeTemporary = async (
  stream: AsyncIterable<Uint8Array>,
  to: { folder: string; expected: BlobExpectation; signal: AbortSignal },
): Promise<TemporaryBlob> => {
  const path = join(to.folder, `${process.pid}-${randomBytes(8).toString("hex")}`);
  const item = to.expected.component ?? to.expected.digest ?? "a blob";
  try {
    const hashing = new HashingStream();
    const handle = await open(path, "wx", 0o644);
    try {
      let at = 0;
      for await (const piece of hashing.through(stream)) {
        throwIfCancelled(to.signal);
        await writeAll(handle, piece, at);
        at += piece.length;
      }
      await handle.datasync();
    } finally {
      await handle.close();
    }
    const blob = { digest: hashing.digest(), size: hashing.size, path };
    checkExpected(blob, to.expected);
    return blob;
  } catch (error) {
    await rm(path, { force: true });
    throw writeFailure(error, to.folder, item);
  }
};

/** Gives a checked temporary file its final name. */
export const settle = async (temporary: string, final: string): Promise<void> => {
  try {
    await rename(temporary, final);
  } catch (error) {
    throw writeFailure(error, final, final);
  }
};

const checkExpected = (blob: BlobInfo, expected: BlobExpectation): void => {
  const component = expected.component ?? "the input";
  if (expected.size !== undefined && expected.size !== blob.size) {
    throw SlipwayError.of("BUNDLE_BLOB_SIZE", {
      blob: expected.digest ?? blob.digest,
      component,
      actual: blob.size,
      expected: expected.size,
    });
  }
  if (expected.digest !== undefined && expected.digest !== blob.digest) {
    throw SlipwayError.of("BUNDLE_BLOB_DIGEST", { blob: expected.digest, component, actual: blob.digest });
  }
};

/** File name of a blob. */
export const hexOf = (digest: Digest): string => digest.slice("sha256:".length);
