import { CONTRACT_VERSION } from "./api/version.ts";

/**
 * What a client asks a connection to the engine's socket to become (RFC 9110, section 7.8): calls and feeds as frames, both
 * ways at once. The version is that of the contract, so that a page of another version is refused before it calls.
 */
export const PIPE_PROTOCOL = `slipway-pipe.${CONTRACT_VERSION}`;

/** Where that is asked for. */
export const PIPE_PATH = "/pipe";

/** One message of a call or a feed: text, or bytes. */
export type Frame = string | Uint8Array<ArrayBuffer>;

// Every process has these two; the contract is compiled without the types of any.
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  decode(bytes: Uint8Array): string;
}

/** Longer frames than this are taken for garbage. */
const LONGEST = 64 * 1024 * 1024;
const HEAD_BYTES = 5;
const TEXT = 0;
const BYTES = 1;

/** A frame as it is sent: four bytes of length, most significant first, one of kind, and the content. */
export const encodeFrame = (frame: string | Uint8Array): Uint8Array<ArrayBuffer> => {
  const content = typeof frame === "string" ? new TextEncoder().encode(frame) : frame;
  const sent = new Uint8Array(HEAD_BYTES + content.byteLength);
  new DataView(sent.buffer).setUint32(0, content.byteLength);
  sent[4] = typeof frame === "string" ? TEXT : BYTES;
  sent.set(content, HEAD_BYTES);
  return sent;
};

/** Puts frames together from pieces of any size. */
export class FrameReader {
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  readonly #longest: number;

  constructor(longest: number = LONGEST) {
    this.#longest = longest;
  }

  /** The frames that are complete with this piece, in order. Throws a RangeError at what is no frame. */
  push(piece: Uint8Array): readonly Frame[] {
    this.#waiting.push(piece);
    this.#bytes += piece.byteLength;
    const frames: Frame[] = [];
    for (;;) {
      const frame = this.#next();
      if (frame === undefined) return frames;
      frames.push(frame);
    }
  }

  #next(): Frame | undefined {
    if (this.#bytes < HEAD_BYTES) return undefined;
    let first = this.#waiting[0] ?? new Uint8Array();
    if (first.byteLength < HEAD_BYTES) first = this.#join();
    const length = new DataView(first.buffer, first.byteOffset).getUint32(0);
    const kind = first[4];
    if (length > this.#longest || (kind !== TEXT && kind !== BYTES)) {
      throw new RangeError(`not a frame: ${length} bytes of kind ${kind}`);
    }
    if (this.#bytes < HEAD_BYTES + length) return undefined;
    const all = this.#join();
    const end = HEAD_BYTES + length;
    const content = all.slice(HEAD_BYTES, end);
    this.#bytes -= end;
    this.#waiting = this.#bytes === 0 ? [] : [all.subarray(end)];
    return kind === TEXT ? new TextDecoder().decode(content) : content;
  }

  #join(): Uint8Array {
    const [first] = this.#waiting;
    if (first !== undefined && this.#waiting.length === 1) return first;
    const all = new Uint8Array(this.#bytes);
    let at = 0;
    for (const piece of this.#waiting) {
      all.set(piece, at);
      at += piece.byteLength;
    }
    this.#waiting = [all];
    return all;
  }
}
