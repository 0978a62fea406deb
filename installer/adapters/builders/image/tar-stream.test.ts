import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FileTree } from "../../../core/ports/builders.ts";
import { shapeTree } from "./shape.ts";
import { tarStream } from "./tar-stream.ts";

const run = promisify(execFile);
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-tar-"));
  await writeFile(join(folder, "one"), "hello");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bytesOf = async (tree: FileTree): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const part of tarStream(tree, 1_700_000_000)) parts.push(part);
  return Buffer.concat(parts);
};
const file = (path: string) => ({
  kind: "file" as const,
  path,
  mode: 0o755,
  size: 5,
  location: join(folder, "one"),
});
const listed = async (tree: FileTree): Promise<string[]> => {
  const archive = join(folder, "out.tar");
  await writeFile(archive, await bytesOf(tree));
  const { stdout } = await run("tar", ["--numeric-owner", "--full-time", "--utc", "-tvf", archive]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.replaceAll(/\s+/g, " "));
};

describe("a layer", () => {
  test("is read by tar with owner root, one time, and the folders that were implied", async () => {
    const lines = await listed([file("usr/bin/one"), { kind: "link", path: "usr/bin/two", target: "one" }]);
    expect(lines).toEqual([
      "drwxr-xr-x 0/0 0 2023-11-14 22:13:20 usr/",
      "drwxr-xr-x 0/0 0 2023-11-14 22:13:20 usr/bin/",
      "-rwxr-xr-x 0/0 5 2023-11-14 22:13:20 usr/bin/one",
      "lrwxrwxrwx 0/0 0 2023-11-14 22:13:20 usr/bin/two -> one",
    ]);
  });

  test("keeps names that are too long or not ASCII", async () => {
    const deep = `${"d".repeat(120)}/${"f".repeat(150)}`;
    const lines = await listed([file(deep), file("目录/文件")]);
    expect(lines.some((line) => line.endsWith(deep))).toBe(true);
    const { stdout } = await run("tar", ["--quoting-style=literal", "-tf", join(folder, "out.tar")]);
    expect(stdout).toContain("目录/文件");
  });

  test("carries a file capability the way Linux stores it", async () => {
    const bytes = await bytesOf([{ ...file("coredns"), capabilities: ["net_bind_service"] }]);
    const at = bytes.indexOf("SCHILY.xattr.security.capability=");
    const value = bytes.subarray(at + "SCHILY.xattr.security.capability=".length).subarray(0, 20);
    // As `setcap cap_net_bind_service=+ep` writes it, seen with getfattr.
    expect(value.toString("hex")).toBe("0100000200040000000000000000000000000000");
  });

  test("has the same bytes every time", async () => {
    const tree = [file("a"), file("b")];
    expect((await bytesOf(tree)).equals(await bytesOf(tree))).toBe(true);
  });

  test("refuses a file that changed since it was listed", async () => {
    await expect(bytesOf([{ ...file("a"), size: 4 }])).rejects.toMatchObject({
      code: "BUILD_SOURCE_INVALID",
    });
  });
});

describe("the shape of a layer", () => {
  const plain = { exclude: [], links: {}, folders: {}, concat: {}, capabilities: {} };

  test("joins files in name order and can keep only the result", async () => {
    const shaped = await shapeTree(
      [file("certs/b.crt"), file("certs/a.crt")],
      { ...plain, concat: { "etc/all.crt": "certs/*.crt" }, include: ["etc/all.crt"] },
      join(folder, "scratch"),
    );
    expect(shaped).toMatchObject([{ path: "etc/all.crt", size: 10 }]);
  });

  test("keeps copyright files while the rest of the documentation goes", async () => {
    const shaped = await shapeTree(
      [file("usr/share/doc/x/copyright"), file("usr/share/doc/x/changelog.gz"), file("usr/bin/x")],
      { ...plain, exclude: ["usr/share/doc/*/!(copyright)"] },
      folder,
    );
    expect(shaped.map(({ path }) => path)).toEqual(["usr/bin/x", "usr/share/doc/x/copyright"]);
  });

  test("refuses a capability for a file that is not there", async () => {
    await expect(
      shapeTree([file("a")], { ...plain, capabilities: { b: ["net_raw"] } }, folder),
    ).rejects.toMatchObject({ code: "BUILD_RECIPE_INVALID" });
  });
});
