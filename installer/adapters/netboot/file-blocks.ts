import { open, stat, type FileHandle } from "node:fs/promises";

/** Files are read in pieces of this size; one piece is what a slow client may hold. */
export const PIECE_BYTES = 128 * 1024;

/** Pieces kept for the next client that reads the same file: machines of one site boot the same thing together. */
const KEPT_PIECES = 384;

interface OpenFile {
  readonly key: string;
  readonly handle: Promise<FileHandle>;
  users: number;
}

interface Piece {
  readonly buffer: Buffer;
  readonly bytes: Promise<Buffer>;
  /** Readers of the piece, and the read that fills it: the buffer is not used again before there are none. */
  users: number;
  kept: boolean;
}

/**
 * Reads boot files for many clients at once. Pieces are shared: a thousand machines that load the same kernel cost the
 * memory of one; buffers are used again, so that memory stays flat. Files must not change while they are served; a
 * changed one has another key and is read anew.
 */
export class FileBlocks {
  readonly #pieces = new Map<string, Piece>();
  readonly #files = new Map<string, OpenFile>();
  readonly #spare: Buffer[] = [];

  /** Opens a file for reading; rejects as fs does. Give it back with `close`. */
  async open(path: string): Promise<BlockReader> {
    const { size, mtimeMs, ino } = await stat(path);
    const key = `${path} ${ino} ${size} ${mtimeMs}`;
    const file = this.#files.get(key) ?? { key, handle: open(path, "r"), users: 0 };
    file.users += 1;
    this.#files.set(key, file);
    let closed = false;
    const close = async (): Promise<void> => {
      if (closed) return;
      closed = true;
      file.users -= 1;
      if (file.users > 0) return;
      this.#files.delete(key);
      await (await file.handle.catch(() => undefined))?.close();
    };
    try {
      await file.handle;
    } catch (thrown) {
      await close();
      throw thrown;
    }
    return {
      size,
      use: (index, work) => this.#use(this.#piece(file, index), work),
      expect: (index) => void this.#piece(file, index),
      close,
    };
  }

  async #use<T>(piece: Piece, work: (bytes: Buffer) => T | Promise<T>): Promise<T> {
    piece.users += 1;
    try {
      return await work(await piece.bytes);
    } finally {
      this.#release(piece);
    }
  }

  #piece(file: OpenFile, index: number): Piece {
    const key = `${index} ${file.key}`;
    const known = this.#pieces.get(key);
    if (known !== undefined) {
      // Moved to the end: the piece that was not asked for longest is dropped first.
      this.#pieces.delete(key);
      this.#pieces.set(key, known);
      return known;
    }
    const buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
    const piece: Piece = { buffer, bytes: readPiece(file, { index, buffer }), users: 1, kept: true };
    this.#pieces.set(key, piece);
    piece.bytes
      .catch(() => this.#drop(key, piece))
      .finally(() => this.#release(piece))
      .catch(() => undefined);
    for (const [oldest, old] of this.#pieces) {
      if (this.#pieces.size <= KEPT_PIECES) break;
      this.#drop(oldest, old);
    }
    return piece;
  }

  #drop(key: string, piece: Piece): void {
    if (this.#pieces.get(key) === piece) this.#pieces.delete(key);
    if (!piece.kept) return;
    piece.kept = false;
    if (piece.users === 0) this.#spare.push(piece.buffer);
  }

  #release(piece: Piece): void {
    piece.users -= 1;
    if (piece.users === 0 && !piece.kept) this.#spare.push(piece.buffer);
  }
}

const readPiece = async (
  file: OpenFile,
  { index, buffer }: { readonly index: number; readonly buffer: Buffer },
): Promise<Buffer> => {
  const handle = await file.handle;
  let filled = 0;
  while (filled < PIECE_BYTES) {
    const at = index * PIECE_BYTES + filled;
    const { bytesRead } = await handle.read(buffer, filled, PIECE_BYTES - filled, at);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
};

/** An open file. */
export interface BlockReader {
  readonly size: number;
  /**
   * Lends the piece with this number, counted from 0, until the work is done; shorter than the others at the end of the
   * file. Not to be written to, nor to be kept.
   */
  use<T>(index: number, work: (bytes: Buffer) => T | Promise<T>): Promise<T>;
  /** Says that a piece will be used soon. */
  expect(index: number): void;
  close(): Promise<void>;
}

/** Bytes in memory as an open file. */
export const bytesReader = (bytes: Uint8Array): BlockReader => ({
  size: bytes.length,
  use: async (index, work) => {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return work(all.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES));
  },
  expect: () => undefined,
  close: async () => undefined,
});
