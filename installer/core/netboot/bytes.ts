/** Raised inside a decoder when a packet ends too early or says something impossible; decoders turn it into `undefined`. */
export class Malformed extends Error {}

/** Reads numbers in network order from a packet; a read past the end throws {@link Malformed}. */
export class PacketReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  #claim(size: number): number {
    const start = this.at;
    if (size < 0 || size > this.left) throw new Malformed();
    this.at += size;
    return start;
  }

  u8(): number {
    return this.#view.getUint8(this.#claim(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#claim(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#claim(4));
  }

  /** A view of the next bytes, not a copy. */
  take(size: number): Uint8Array {
    const start = this.#claim(size);
    return this.bytes.subarray(start, start + size);
  }
}

/** Runs a decoder; a malformed packet gives undefined, a fault of the decoder itself is still thrown. */
export const decoding = <T>(decode: () => T): T | undefined => {
  try {
    return decode();
  } catch (thrown) {
    if (thrown instanceof Malformed) return undefined;
    throw thrown;
  }
};

/** Bytes as text, one character a byte (ISO 8859-1), up to the first NUL or to the end. */
export const latin1 = (bytes: Uint8Array): string => {
  const nul = bytes.indexOf(0);
  const end = nul < 0 ? bytes.length : nul;
  let text = "";
  for (let at = 0; at < end; at += 1) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
};

/** The opposite of {@link latin1}; characters beyond one byte become `?`. */
export const latin1Bytes = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    bytes[at] = code > 0xff ? 0x3f : code;
  }
  return bytes;
};

/** Joins pieces into one packet. */
export const joined = (pieces: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
};

/** A number of 2 bytes in network order. */
export const u16Bytes = (value: number): Uint8Array => Uint8Array.of((value >> 8) & 0xff, value & 0xff);

/** A number of 4 bytes in network order: an address, a time in seconds. */
export const u32Bytes = (value: number): Uint8Array =>
  Uint8Array.of((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
