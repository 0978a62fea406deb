import { open, stat, type FileHandle } from "node:fs/promises";

/** Files are read in pieces of this size; one piece is what a slow client may hold. */
export const PIECE_BYTES = 128 * 1024;

/** Pieces kept for the next client that reads the same file: machines of one site boot the same thing together. */
const KEPT_BYTES = 48 * 2 ** 20;

interface OpenFile {
  readonly key: string;
  readonly handle: Promise<FileHandle>;
  users: number;
}

/**
 * Reads boot files for many clients at once. Pieces are shared: a thousand machines that load the same kernel cost the
 * memory of one. Files must not change while they are served; a changed one has another key and is read anew.
 */
export class FileBlocks {
  readonly #pieces = new Map<string, Promise<Buffer>>();
  readonly #files = new Map<string, OpenFile>();
  #kept = 0;

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
    return { size, piece: (index) => this.#piece(file, index), close };
  }

  #piece(file: OpenFile, index: number): Promise<Buffer> {
    const key = `${index} ${file.key}`;
    const known = this.#pieces.get(key);
    if (known !== undefined) {
      // Moved to the end: the piece that was not asked for longest is dropped first.
      this.#pieces.delete(key);
      this.#pieces.set(key, known);
      return known;
    }
    const piece = readPiece(file, index);
    this.#pieces.set(key, piece);
    this.#kept += PIECE_BYTES;
    piece.catch(() => this.#drop(key));
    for (const oldest of this.#pieces.keys()) {
      if (this.#kept <= KEPT_BYTES) break;
      this.#drop(oldest);
    }
    return piece;
  }

  #drop(key: string): void {
    if (this.#pieces.delete(key)) this.#kept -= PIECE_BYTES;
  }
}

const readPiece = async (file: OpenFile, index: number): Promise<Buffer> => {
  const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
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
  /** The piece with this number, counted from 0; shorter than the others at the end of the file. Not to be written to. */
  piece(index: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Bytes in memory as an open file. */
export const bytesReader = (bytes: Uint8Array): BlockReader => ({
  size: bytes.length,
  piece: async (index) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(
      index * PIECE_BYTES,
      (index + 1) * PIECE_BYTES,
    ),
  close: async () => undefined,
});
