import { createHash } from "node:crypto";
import type { Hasher, NewHasher } from "../../core/bundle/reader.ts";
import type { Digest } from "../../contract/bundle/manifest.ts";

/** SHA-256 by OpenSSL, which uses the processor's instructions for it. */
export const newHasher: NewHasher = (): Hasher => {
  const hash = createHash("sha256");
  return { update: (bytes) => hash.update(bytes), hex: () => hash.digest("hex") };
};

/** Digest of bytes in memory. */
export const digestOf = (bytes: Uint8Array): Digest =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Passes a stream on and knows its digest and size afterwards. */
export class HashingStream {
  readonly #hash = createHash("sha256");
  size = 0;

  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const piece of source) {
      this.#hash.update(piece);
      this.size += piece.length;
      yield piece;
    }
  }

  /** Call once, after the stream has ended. */
  digest(): Digest {
    return `sha256:${this.#hash.digest("hex")}`;
  }
}
