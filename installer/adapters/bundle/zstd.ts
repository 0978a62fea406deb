import { constants, createZstdCompress, createZstdDecompress, type ZstdCompress } from "node:zlib";
import { SlipwayError } from "../../contract/errors/index.ts";
import { problemOf } from "./errors.ts";

/**
 * Pinned compressors by name. A name stands for exact output bytes: zstd 1.5.7 as Node 24 carries it, one thread, a
 * content checksum, no declared size. A change of any of these needs a new name, or deltas could not rebuild old blobs.
 */
const COMPRESSORS = {
  "zstd-1.5.7-fit1": {
    [constants.ZSTD_c_compressionLevel]: 16,
    [constants.ZSTD_c_strategy]: constants.ZSTD_btopt,
    [constants.ZSTD_c_windowLog]: 23,
    [constants.ZSTD_c_chainLog]: 22,
    [constants.ZSTD_c_hashLog]: 22,
    [constants.ZSTD_c_searchLog]: 2,
    [constants.ZSTD_c_minMatch]: 3,
    [constants.ZSTD_c_targetLength]: 32,
  },
  "zstd-1.5.7-19": { [constants.ZSTD_c_compressionLevel]: 19 },
  "zstd-1.5.7-3": { [constants.ZSTD_c_compressionLevel]: 3 },
} as const;

/** A compressor with its version and level: another one may give other bytes. */
export type CompressorName = keyof typeof COMPRESSORS;

/**
 * What builds use: of Go programs it makes 6 % more than level 19 does in a third of the time, and level 12 12 % more in a
 * ninth (docs/adr/0006). Whoever applies a delta has to pack again. Its memory is about 50 MB, whatever the input's size.
 */
export const DEFAULT_COMPRESSOR: CompressorName = "zstd-1.5.7-fit1";

/** True when this build has that very compressor. */
export const isCompressor = (name: string): name is CompressorName => Object.hasOwn(COMPRESSORS, name);

/** zstd sees its input in pieces of exactly this size, so that chunking upstream cannot change the output. */
const FEED_BYTES = 2 ** 17;

/** Compresses a stream: equal content gives equal bytes, whatever the chunks it comes in. */
export async function* compress(
  source: AsyncIterable<Uint8Array>,
  name: CompressorName = DEFAULT_COMPRESSOR,
): AsyncGenerator<Uint8Array, void> {
  const encoder = createZstdCompress({
    params: {
      ...COMPRESSORS[name],
      [constants.ZSTD_c_checksumFlag]: 1,
    },
    chunkSize: FEED_BYTES,
  });
  const feeding = feed(source, encoder).catch((error: unknown) => {
    encoder.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const piece of encoder) yield piece as Uint8Array;
    await feeding;
  } finally {
    encoder.destroy();
  }
}

/**
 * Decompresses a stream and gives up with BUNDLE_SIZE_ABSURD as soon as more than `limit` bytes come out, so that a
 * decompression bomb costs nothing.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  limit: { bytes: number; item: string },
): AsyncGenerator<Uint8Array, void> {
  const decoder = createZstdDecompress({ chunkSize: FEED_BYTES });
  const feeding = feed(source, decoder).catch((error: unknown) => {
    decoder.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  let seen = 0;
  try {
    for await (const piece of decoder) {
      seen += (piece as Uint8Array).length;
      if (seen > limit.bytes) {
        throw SlipwayError.of("BUNDLE_SIZE_ABSURD", { item: limit.item, bytes: seen, limit: limit.bytes });
      }
      yield piece as Uint8Array;
    }
    await feeding;
  } finally {
    decoder.destroy();
  }
}

/**
 * Every piece is taken in before the next is offered, and the end comes alone: zstd takes a shortcut, with other output,
 * when the last input and the end arrive in one call.
 */
const feed = async (
  source: AsyncIterable<Uint8Array>,
  into: Pick<ZstdCompress, "write" | "end">,
): Promise<void> => {
  for await (const piece of inPiecesOf(source, FEED_BYTES)) {
    await new Promise<void>((resolve, reject) => {
      into.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }
  into.end();
};

async function* inPiecesOf(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array, void> {
  let buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of source) {
    let at = 0;
    while (at < chunk.length) {
      const part = chunk.subarray(at, at + size - filled);
      buffer.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === size) {
        yield buffer;
        buffer = Buffer.allocUnsafe(size);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}

/** True for errors of a damaged zstd stream. */
export const isZstdError = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && String(error.code).startsWith("ZSTD_")
    ? problemOf(error) !== ""
    : false;
