import { constants } from "node:fs";
import { lstat, open, readdir, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

/** Permission bits of every file that holds state. */
export const PRIVATE_FILE = 0o600;

const withHandle = async (handle: FileHandle, use: (handle: FileHandle) => Promise<void>): Promise<void> => {
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
};

/** Makes an empty file that only its owner may read; SQLite keeps the mode, for its side files too. */
export const createPrivate = async (path: string): Promise<void> => {
  await rm(path, { force: true });
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
  await withHandle(await open(path, flags, PRIVATE_FILE), (handle) => handle.chmod(PRIVATE_FILE));
};

/** Makes a folder's entries durable (fsync of the folder). */
export const syncFolder = async (folder: string): Promise<void> =>
  withHandle(await open(folder, "r"), (handle) => handle.sync());

/** Puts a finished file in place for good: content first, then the name. Never use it on an open database. */
export const moveDurably = async (from: string, to: string): Promise<void> => {
  await withHandle(await open(from, "r+"), (handle) => handle.sync());
  await rename(from, to);
  await syncFolder(dirname(to));
};

/** True when something is there, a dangling link included. */
export const exists = async (path: string): Promise<boolean> => {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR"].includes(String(error.code))) {
      return false;
    }
    throw error;
  }
};

/** Names in a folder; none when there is no folder. */
export const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await exists(folder)) ? readdir(folder) : [];
