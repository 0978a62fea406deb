/** Bytes of one block: what is kept is given back to memory in these pieces. */
const BLOCK = 64 * 1024;

/**
 * The latest output of a terminal, so that whoever comes back sees it again. Takes no more memory than its limit and one
 * block, however much goes through and in whatever pieces. Positions are numbers of bytes since the beginning.
 */
export class OutputRing {
  readonly #limit: number;
  readonly #blocks: Uint8Array[] = [];
  /** The block that was given up last is written over next: a flood makes no work for the collector. */
  #spare: Uint8Array | undefined;
  /** Position of the first byte of the first block. */
  #base = 0;
  #end = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Position after the last byte. */
  get end(): number {
    return this.#end;
  }

  /** Position of the oldest byte that is kept. */
  get start(): number {
    return Math.max(this.#base, this.#end - this.#limit);
  }

  /** Keeps a copy of the bytes; the oldest give way. */
  append(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      const at = this.#end - this.#base;
      const index = Math.floor(at / BLOCK);
      const block = (this.#blocks[index] ??= this.#fresh());
      const piece = rest.subarray(0, BLOCK - (at % BLOCK));
      block.set(piece, at % BLOCK);
      this.#end += piece.length;
      rest = rest.subarray(piece.length);
      if (this.#end - this.#base - BLOCK >= this.#limit) {
        this.#spare = this.#blocks.shift();
        this.#base += BLOCK;
      }
    }
  }

  /** Bytes from a position on into `target`; gives how many there were. The position must not be older than `start`. */
  read(position: number, target: Uint8Array): number {
    let done = 0;
    while (done < target.length && position + done < this.#end) {
      const at = position + done - this.#base;
      const block = this.#blocks[Math.floor(at / BLOCK)];
      if (block === undefined) break;
      const from = at % BLOCK;
      const length = Math.min(BLOCK - from, target.length - done, this.#end - position - done);
      target.set(block.subarray(from, from + length), done);
      done += length;
    }
    return done;
  }

  /**
   * Where showing what is kept may begin: at its start, or after the first line break when something was lost, so that
   * it does not begin in the middle of a character or of a control sequence.
   */
  firstWhole(): number {
    const start = this.start;
    if (start === 0) return 0;
    const look = new Uint8Array(4096);
    const length = this.read(start, look);
    const at = look.subarray(0, length).indexOf(10);
    return at === -1 ? start : start + at + 1;
  }

  #fresh(): Uint8Array {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare ?? new Uint8Array(BLOCK);
  }
}
