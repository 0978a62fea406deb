import { open, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi, type MockInstance } from "vitest";
import { temporaryFolder } from "../../../test/support/journal-samples.ts";
import { WriteAheadSync } from "./write-ahead.ts";

let folder: ReturnType<typeof temporaryFolder>;
let datasync: MockInstance<FileHandle["datasync"]>;
let wal: WriteAheadSync;
/** Ends the disk's work in the order it was asked for. */
let disk: ((error?: Error) => void)[];

beforeEach(async () => {
  folder = temporaryFolder();
  const path = join(folder.path, "journal.db");
  await writeFile(`${path}-wal`, "");
  const handle = await open(folder.path, "r");
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  disk = [];
  datasync = vi.spyOn(prototype, "datasync").mockImplementation(
    () =>
      new Promise((resolve, reject) => {
        disk.push((error) => (error === undefined ? resolve() : reject(error)));
      }),
  );
  wal = await WriteAheadSync.open(path, folder.path);
});

afterEach(async () => {
  await wal.close();
  vi.restoreAllMocks();
  folder[Symbol.dispose]();
});

const settle = (): Promise<void> => new Promise(setImmediate);

describe("waiting for the disk", () => {
  test("ends only when the disk has answered", async () => {
    let done = false;
    const waiting = wal.sync().then(() => (done = true));
    await settle();
    expect(done).toBe(false);
    disk[0]?.();
    await waiting;
    expect(datasync).toHaveBeenCalledTimes(1);
  });

  test("is shared by all who come while the disk is busy, but never with a sync that began before them", async () => {
    const first = wal.sync();
    let late = 0;
    const others = [1, 2, 3].map(() => wal.sync().then(() => (late += 1)));
    disk[0]?.();
    await first;
    await settle();
    expect([datasync.mock.calls.length, late]).toEqual([2, 0]);
    disk[1]?.();
    await Promise.all(others);
    expect([datasync.mock.calls.length, late]).toEqual([2, 3]);
  });

  test("rejects those whose sync failed, and only those", async () => {
    const first = wal.sync();
    const second = wal.sync();
    disk[0]?.(new Error("EIO"));
    await expect(first).rejects.toThrow("EIO");
    await settle();
    disk[1]?.();
    await expect(second).resolves.toBeUndefined();
  });
});
