import { createHash } from "node:crypto";
import { canonicalBytes } from "../../installer/core/bundle/canonical.ts";
import type { PackingStore } from "../../installer/core/ports/builders.ts";

/** A blob store in memory that keeps digests honest; a path stands for its own text as content. */
export const memoryBlobs = (compressor = "none"): PackingStore => {
  const kept = new Map<string, Uint8Array>();
  const put = (bytes: Uint8Array): { digest: string; size: number } => {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    kept.set(digest, bytes);
    return { digest, size: bytes.length };
  };
  const read = (digest: string): Uint8Array => {
    const bytes = kept.get(digest);
    if (bytes === undefined) throw new Error(`no blob ${digest}`);
    return bytes;
  };
  return {
    compressor,
    sizeOf: (digest) => Promise.resolve(kept.get(digest)?.length),
    hasBlob: (digest) => Promise.resolve(kept.has(digest)),
    async *openBlob(digest) {
      yield await Promise.resolve(read(digest));
    },
    readBlob: (digest) => Promise.resolve(read(digest)),
    blobPath: (digest) => digest,
    putBlob: (source) =>
      Promise.resolve(
        put(
          "bytes" in source
            ? source.bytes
            : new TextEncoder().encode("path" in source ? source.path : "stream"),
        ),
      ),
    putCompressed: (source) => {
      const blob = put(new TextEncoder().encode("path" in source ? source.path : "stream"));
      return Promise.resolve({
        ...blob,
        contentDigest: blob.digest,
        contentSize: blob.size,
        compressor,
      });
    },
    putJson: (mediaType, value) => Promise.resolve({ mediaType, ...put(canonicalBytes(value)) }),
    publish: (index, about) => {
      const { digest } = put(canonicalBytes(index));
      const bytes = [...kept.values()].reduce((sum, { length }) => sum + length, 0);
      return Promise.resolve({
        index: digest,
        name: "slipway",
        version: "1",
        at: 0,
        ...about,
        trust: { state: "unsigned" },
        bytes,
        blobs: kept.size,
      });
    },
  };
};
