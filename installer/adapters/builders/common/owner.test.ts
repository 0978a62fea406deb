import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeOrphanBlobs, removeOrphans, temporaryName } from "./owner.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-owner-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("what a killed build left half done is removed; what a living one makes stays, as does everything finished", async () => {
  const mine = temporaryName();
  await mkdir(join(folder, mine));
  const reused = mine.replace(/^\.tmp-(\d+)-\d+-/, ".tmp-$1-1-");
  await mkdir(join(folder, reused));
  await writeFile(join(folder, reused, "half"), "");
  await writeFile(join(folder, ".tmp-999999999-1-file"), "");
  await writeFile(join(folder, "finished.json"), "");
  expect(await removeOrphans([folder, join(folder, "none")])).toBe(2);
  expect((await readdir(folder)).toSorted()).toEqual([mine, "finished.json"].toSorted());
});

test("half written blobs of processes that have ended are removed", async () => {
  const blobs = join(folder, "blobs");
  await mkdir(blobs);
  const mine = `${process.pid}-0123456789abcdef`;
  await writeFile(join(blobs, mine), "");
  await writeFile(join(blobs, "999999999-0123456789abcdef"), "");
  expect(await removeOrphanBlobs(blobs)).toBe(1);
  expect(await readdir(blobs)).toEqual([mine]);
});
