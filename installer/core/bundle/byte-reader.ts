import { SlipwayError } from "../../contract/errors/index.ts";

/**
 * Pulls exact amounts out of a stream of chunks, and knows at any moment where it is and what it is reading, so that
 * every failure can say so. Holds one chunk at a time.
 */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #file: string;
  #rest: Uint8Array = new Uint8Array(0);
  #position: number;
  /** What is being read, for errors. */
  item = "the layout marker";

  /** `position` is where in the file the stream begins. */
  constructor(chunks: AsyncIterable<Uint8Array>, file: string, position = 0) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#file = file;
    this.#position = position;
  }

  /** Offset in the file of the next byte. */
  get position(): number {
    return this.#position;
  }

  get file(): string {
    return this.#file;
  }

  /** Exactly `size` bytes, in memory. Rejects with BUNDLE_TRUNCATED or BUNDLE_READ_FAILED. */
  async take(size: number): Promise<Uint8Array> {
    if (this.#rest.length >= size) return this.#cut(size);
    const whole = new Uint8Array(size);
    let filled = 0;
    for await (const piece of this.pieces(size)) {
      whole.set(piece, filled);
      filled += piece.length;
    }
    return whole;
  }

  /** Exactly `size` bytes, chunk by chunk, without copying. */
  async *pieces(size: number): AsyncGenerator<Uint8Array, void> {
    let missing = size;
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#pull())) {
        throw SlipwayError.of("BUNDLE_TRUNCATED", {
          file: this.#file,
          bytes: this.#position,
          item: this.item,
        });
      }
      const piece = this.#cut(Math.min(missing, this.#rest.length));
      missing -= piece.length;
      yield piece;
    }
  }

  /** Rejects with BUNDLE_TRAILING_BYTES unless the stream is at its end. */
  async expectEnd(): Promise<void> {
    if (this.#rest.length > 0 || (await this.#pull())) {
      throw SlipwayError.of("BUNDLE_TRAILING_BYTES", { offset: this.#position });
    }
  }

  /** Lets the source go. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #cut(size: number): Uint8Array {
    const piece = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    this.#position += size;
    return piece;
  }

  async #pull(): Promise<boolean> {
    for (;;) {
      const next = await this.#next();
      if (next.done === true) return false;
      if (next.value.length > 0) {
        this.#rest = next.value;
        return true;
      }
    }
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#chunks.next();
    } catch (cause) {
      if (cause instanceof SlipwayError) throw cause;
      throw SlipwayError.of(
        "BUNDLE_READ_FAILED",
        {
          file: this.#file,
          offset: this.#position,
          item: this.item,
          problem: cause instanceof Error ? cause.message : String(cause),
        },
        { cause },
      );
    }
  }
}
