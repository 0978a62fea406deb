import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FileTree } from "../../../core/ports/builders.ts";
import { cpioStream } from "./cpio.ts";

const run = promisify(execFile);
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-cpio-"));
  await writeFile(join(folder, "one"), "hello");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bytesOf = async (tree: FileTree): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of cpioStream(tree, 1_700_000_000)) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
};
const file = (path: string) => ({
  kind: "file" as const,
  path,
  mode: 0o755,
  size: 5,
  location: join(folder, "one"),
});

describe("an initial file system", () => {
  test("is read by cpio with owner root, one time, and the folders that were implied", async () => {
    const archive = join(folder, "out.cpio");
    await writeFile(
      archive,
      await bytesOf([file("usr/one"), { kind: "link", path: "usr/two", target: "one" }]),
    );
    const { stdout } = await run("sh", ["-c", 'TZ=UTC cpio --quiet -itvn < "$1"', "sh", archive]);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.replaceAll(/\s+/g, " ")),
    ).toEqual([
      "drwxr-xr-x 2 0 0 0 Nov 14 2023 usr",
      "-rwxr-xr-x 1 0 0 5 Nov 14 2023 usr/one",
      "lrwxrwxrwx 1 0 0 3 Nov 14 2023 usr/two -> one",
    ]);
  });

  test("has the same bytes every time, in whole words of four", async () => {
    const tree = [file("a"), file("bc")];
    const bytes = await bytesOf(tree);
    expect(bytes.equals(await bytesOf(tree))).toBe(true);
    expect(bytes.length % 4).toBe(0);
  });

  test("refuses a file that changed since it was listed", async () => {
    await expect(bytesOf([{ ...file("a"), size: 4 }])).rejects.toMatchObject({
      code: "BUILD_SOURCE_INVALID",
    });
  });
});
