import { closeSync, fstatSync, mkdirSync, openSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import koffi from "koffi";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { LabFolders } from "./layout.ts";
import { poll } from "./run.ts";

const LOCK_EX = 2;
const LOCK_NB = 4;
const flock = koffi.load("libc.so.6").func("int flock(int fd, int operation)") as (
  fd: number,
  operation: number,
) => number;

/** Which lab to guard, and how long to wait for another command that works on it. */
export interface LockRequest {
  readonly folders: LabFolders;
  readonly lab: string;
  /** Default two minutes. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const sameFile = (fd: number, path: string): boolean => {
  try {
    return fstatSync(fd).ino === statSync(path).ino;
  } catch {
    return false;
  }
};

/**
 * Runs `work` while no other process works on the lab. flock(2): the kernel lets go when the holder dies, however it dies.
 * The file is removed at the end. Rejects with LAB_BUSY when the patience is over.
 */
export const withLabLock = async <T>(request: LockRequest, work: () => Promise<T>): Promise<T> => {
  const { folders, lab } = request;
  mkdirSync(folders.home, { recursive: true });
  const path = join(folders.home, `.${lab}.lock`);
  const held = await poll(
    () => {
      const fd = openSync(path, "w", 0o600);
      // The file may have been removed by its last holder between opening and locking: then the lock guards nothing.
      if (flock(fd, LOCK_EX | LOCK_NB) === 0 && sameFile(fd, path)) return fd;
      closeSync(fd);
      return undefined;
    },
    { timeoutMs: request.patienceMs ?? 120_000, everyMs: 50, signal: request.signal },
  );
  if (held === undefined) throw SlipwayError.of("LAB_BUSY", { lab });
  try {
    return await work();
  } finally {
    unlinkSync(path);
    closeSync(held);
  }
};
