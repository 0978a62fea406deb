import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { tarHeader } from "../core/bundle/tar.ts";
import { LAYOUT_BYTES } from "../core/bundle/transport.ts";
import { createUploads, type UploadsService } from "./uploads.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const opened = (
  folder = mkdtempSync(join(tmpdir(), "slipway-uploads-")),
): { uploads: UploadsService; folder: string } => {
  folders.push(folder);
  return { folder, uploads: createUploads({ folder, clock: { now: () => Date.now() } }) };
};

const head = Buffer.concat([tarHeader("oci-layout", LAYOUT_BYTES.byteLength), LAYOUT_BYTES]);
const bundle = Buffer.concat([head, Buffer.alloc(3000, 7)]);
const file = { name: "slipway.tar", size: bundle.byteLength, modifiedAt: 1 };

test("a file comes in pieces, goes on where it was cut off, and is whole at the end", async () => {
  const { uploads, folder } = opened();
  const { id, offset } = await uploads.begin(file, "ada");
  expect(offset).toBe(0);
  await uploads.add({ id, offset: 0, data: bundle.subarray(0, 1000) }, "ada");
  // Its answer was lost, so it comes again; and a piece from nowhere.
  expect(await uploads.add({ id, offset: 0, data: bundle.subarray(0, 1000) }, "ada")).toEqual({
    id,
    offset: 1000,
  });
  expect(await uploads.add({ id, offset: 2000, data: bundle.subarray(2000) }, "ada")).toEqual({
    id,
    offset: 1000,
  });
  const after = createUploads({ folder, clock: { now: () => Date.now() } });
  expect(await after.begin(file, "ada")).toEqual({ id, offset: 1000 });
  await expect(after.use(id, "ada", async () => 1)).rejects.toMatchObject({ code: "UPLOAD_UNKNOWN" });
  await after.add({ id, offset: 1000, data: bundle.subarray(1000) }, "ada");
  expect(await after.use(id, "ada", async (path) => existsSync(path))).toBe(true);
  expect(readdirSync(folder)).toEqual([]);
});

test("what is no bundle is refused with its first piece, however large it says it is, and nothing stays", async () => {
  const { uploads, folder } = opened();
  const { id } = await uploads.begin({ ...file, name: "film.mp4", size: 5 * 2 ** 20 }, "ada");
  const data = Buffer.alloc(4096, 1);
  await expect(uploads.add({ id, offset: 0, data }, "ada")).rejects.toMatchObject({
    code: "UPLOAD_NO_BUNDLE",
    params: { file: "film.mp4" },
  });
  expect(readdirSync(folder)).toEqual([]);
  await expect(uploads.add({ id, offset: 0, data }, "ada")).rejects.toMatchObject({ code: "UPLOAD_UNKNOWN" });
});

test("nobody adds to the file of another, and none grows beyond what it was said to have", async () => {
  const { uploads } = opened();
  const { id } = await uploads.begin(file, "ada");
  await expect(uploads.add({ id, offset: 0, data: bundle }, "bo")).rejects.toMatchObject({
    code: "UPLOAD_UNKNOWN",
  });
  const more = Buffer.concat([bundle, Buffer.alloc(1)]);
  await expect(uploads.add({ id, offset: 0, data: more }, "ada")).rejects.toMatchObject({
    code: "UPLOAD_NO_BUNDLE",
  });
});

test("there are few at a time, those that were given up are forgotten, and the disk is not filled", async () => {
  const { uploads, folder } = opened();
  for (const name of ["a", "b", "c", "d"]) {
    const { id } = await uploads.begin({ ...file, name }, "ada");
    await uploads.add({ id, offset: 0, data: head }, "ada");
  }
  await expect(uploads.begin(file, "ada")).rejects.toMatchObject({ code: "UPLOAD_TOO_MANY" });
  const [first = ""] = readdirSync(folder);
  utimesSync(join(folder, first), 0, 0);
  await expect(uploads.begin({ ...file, size: 2 ** 60 }, "ada")).rejects.toMatchObject({
    code: "UPLOAD_NO_SPACE",
  });
  expect(readdirSync(folder)).toHaveLength(3);
});
