import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SlipwayError } from "../../contract/errors/index.ts";
import { systemCode, writeFailure } from "./errors.ts";

/** How much is read or written at once. Large enough for full disk speed, small enough to hold several. */
export const CHUNK_BYTES = 2 ** 20;

/** Makes a folder's entries survive a power cut. Some file systems cannot sync folders; they order renames by themselves. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (error) {
    if (systemCode(error) !== "EINVAL" && systemCode(error) !== "EPERM") throw error;
  } finally {
    await handle.close();
  }
};

/** Writes a small file so that after any crash it is either the old one or the new one, whole. */
export const writeAtomically = async (path: string, bytes: Uint8Array): Promise<void> => {
  const temporary = `${path}.tmp`;
  try {
    const handle = await open(temporary, "w", 0o644);
    try {
      await writeAll(handle, bytes, 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw writeFailure(error, dirname(path), path);
  }
};

/** Makes the content of a file that was just written survive a power cut. */
export const syncData = async (path: string): Promise<void> => {
  const handle = await open(path, "r+");
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
};

/**
 * Writes small files of which nobody reads one before all are there. All are written first and synced together,
 * so that they share the disk's journal instead of waiting for it one by one.
 */
export const writeTogether = async (files: ReadonlyMap<string, Uint8Array>): Promise<void> => {
  const failed = (path: string) => (error: unknown) => {
    throw writeFailure(error, dirname(path), path);
  };
  for (const [path, bytes] of files) await writeFile(path, bytes, { mode: 0o644 }).catch(failed(path));
  await Promise.all([...files.keys()].map((path) => syncData(path).catch(failed(path))));
};

/** Writes every byte at a position; a single write may stop short. */
export const writeAll = async (handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
};

/** Two buffers that take turns: one is being filled while the consumer works on the other. */
export type TurnBuffers = readonly [Buffer, Buffer];

/** Buffers for readPieces, for a consumer that is done with a piece before it asks for the next. */
export const turnBuffers = (): TurnBuffers => [
  Buffer.allocUnsafeSlow(CHUNK_BYTES),
  Buffer.allocUnsafeSlow(CHUNK_BYTES),
];

/**
 * Bytes of a file, in pieces of CHUNK_BYTES. `end` is exclusive. The next piece is read while the consumer works on the
 * last one. A piece stays as it is, unless `buffers` are given: it is then good until the next is asked for, and a file of
 * any size goes through without fresh memory.
 */
export async function* readPieces(
  path: string,
  range: { start?: number; end?: number } = {},
  buffers?: TurnBuffers,
): AsyncGenerator<Uint8Array, void> {
  const handle = await open(path, "r");
  let next: Promise<Uint8Array | undefined> | undefined;
  let turn = 0;
  try {
    const end = range.end ?? Number.POSITIVE_INFINITY;
    let at = range.start ?? 0;
    next = readPiece(handle, { at, end, into: buffers?.[0] });
    for (let piece = await next; piece !== undefined; piece = await next) {
      at += piece.length;
      turn = 1 - turn;
      next = readPiece(handle, { at, end, into: buffers?.[turn] });
      // Seen when it is awaited, which a consumer that stops early never does.
      next.catch(() => {});
      yield piece;
    }
  } finally {
    await next?.catch(() => {});
    await handle.close();
  }
}

const readPiece = async (
  handle: FileHandle,
  { at, end, into }: { at: number; end: number; into: Buffer | undefined },
): Promise<Uint8Array | undefined> => {
  if (at >= end) return undefined;
  const length = Math.min(CHUNK_BYTES, end - at);
  const buffer = into ?? Buffer.allocUnsafe(length);
  const { bytesRead } = await handle.read(buffer, 0, length, at);
  return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
};

/** Refuses a piece of work for which there is no room, before it begins. One part in 50 and 16 MiB stay free. */
export const requireSpace = async (folder: string, bytes: number): Promise<void> => {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const needed = Math.ceil(bytes * 1.02) + 16 * 2 ** 20;
  if (free >= needed) return;
  throw SlipwayError.of("BUNDLE_NO_SPACE", {
    folder,
    needed: Math.ceil(needed / 1e6),
    free: Math.floor(free / 1e6),
  });
};

/** Names in a folder; none when it does not exist. */
export const listFolder = async (folder: string): Promise<string[]> => {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
};

/** Makes folders below a root, all of them durable. */
export const makeFolders = async (root: string, names: readonly string[]): Promise<void> => {
  try {
    for (const name of names) await mkdir(join(root, name), { recursive: true, mode: 0o755 });
    await syncFolder(root);
  } catch (error) {
    throw writeFailure(error, root, root);
  }
};
