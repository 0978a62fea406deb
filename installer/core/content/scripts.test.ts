import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { beforePaths } from "../runtime/host-record.ts";
import { itemLines, registryItem, transferBytes, type ContentItem } from "./items.ts";
import { findMissing, placeFiles, writeSmallFiles } from "./scripts.ts";

const sha = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-scripts-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a script as it is, but for the record of what was there before, which goes into the test's own folder. */
const run = (script: string, args: readonly string[], input: string): string =>
  execFileSync("sh", ["-c", script.replaceAll(beforePaths.folder, join(folder, "before")), "sh", ...args], {
    input,
    encoding: "utf8",
  });

const item = (name: string, text: string): ContentItem => {
  const blob = { digest: sha(text), size: Buffer.byteLength(text) };
  return { path: join(folder, "bin", name), mode: 0o755, blob, content: blob, compressed: false };
};

/** What a machine does with files that have arrived in the staging folder. */
const place = (items: readonly ContentItem[], texts: readonly string[]): void => {
  items.forEach(({ blob }, at) => writeFileSync(join(folder, blob.digest.slice(7)), texts[at] ?? ""));
  run(placeFiles, [folder], itemLines(items));
};

const missing = (items: readonly ContentItem[]): string[] =>
  run(findMissing, [join(folder, "installed")], itemLines(items))
    .split("\n")
    .filter((line) => line !== "");

describe("files on a machine", () => {
  const items = (): [ContentItem, ContentItem] => [item("one", "first"), item("two", "second")];

  test("are missing on an empty machine, and not after they were put in place", () => {
    const both = items();
    expect(missing(both)).toEqual(both.map(({ path }) => path));
    place(both, ["first", "second"]);
    expect(missing(both)).toEqual([]);
    expect(readFileSync(both[0].path, "utf8")).toBe("first");
    expect(statSync(both[0].path).mode & 0o777).toBe(0o755);
  });

  test("are found again when somebody changed content, size or mode", () => {
    const both = items();
    place(both, ["first", "second"]);
    writeFileSync(both[0].path, "fIrst");
    expect(missing(both)).toEqual([both[0].path]);
    writeFileSync(both[0].path, "longer than before");
    expect(missing(both)).toEqual([both[0].path]);
    place([both[0]], ["first"]);
    chmodSync(both[1].path, 0o644);
    expect(missing(both)).toEqual([both[1].path]);
  });

  test("are hashed, and believed, when the record of them was lost", () => {
    const both = items();
    place(both, ["first", "second"]);
    rmSync(join(folder, "installed"));
    expect(missing(both)).toEqual([]);
  });

  test("of the wrong size never take the place of what is there", () => {
    const [one] = items();
    place([one], ["first"]);
    const wrong = { ...one, content: { digest: sha("x"), size: 99 } };
    expect(() => place([wrong], ["second try"])).toThrow(/Command failed/);
    expect(readFileSync(one.path, "utf8")).toBe("first");
    expect(existsSync(`${one.path}.slipway-new`)).toBe(false);
  });
});

describe("small files", () => {
  const line = (path: string, text: string, mode = "644"): string =>
    `${mode} ${path} ${Buffer.from(text).toString("base64")}\n`;

  test("are only compared by a check, and written with their mode otherwise", () => {
    const path = join(folder, "etc", "a.conf");
    expect(run(writeSmallFiles, ["check"], line(path, "x = 1\n", "600"))).toBe(`changed ${path}\n`);
    expect(existsSync(path)).toBe(false);
    expect(run(writeSmallFiles, ["write"], line(path, "x = 1\n", "600"))).toBe(`changed ${path}\n`);
    expect(readFileSync(path, "utf8")).toBe("x = 1\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(run(writeSmallFiles, ["check"], line(path, "x = 1\n", "600"))).toBe("");
  });

  test("differ by content and by mode", () => {
    const path = join(folder, "b.conf");
    writeFileSync(path, "x = 1\n", { mode: 0o644 });
    expect(run(writeSmallFiles, ["check"], line(path, "x = 2\n"))).toBe(`changed ${path}\n`);
    expect(run(writeSmallFiles, ["check"], line(path, "x = 1\n", "600"))).toBe(`changed ${path}\n`);
    expect(run(writeSmallFiles, ["check"], line(path, "x = 1\n"))).toBe("");
  });
});

describe("the record of what was there before", () => {
  const kept = (path: string): string => join(folder, "before", "files", path);

  test("keeps a replaced file with its mode and the names of new files and folders, once", () => {
    const [old, fresh] = [join(folder, "etc.conf"), join(folder, "new", "deep", "b.conf")];
    writeFileSync(old, "the site's\n", { mode: 0o640 });
    const line = (path: string, text: string): string =>
      `644 ${path} ${Buffer.from(text).toString("base64")}\n`;
    run(writeSmallFiles, ["write"], line(old, "ours\n") + line(fresh, "ours\n"));
    run(writeSmallFiles, ["write"], line(old, "ours again\n") + line(fresh, "ours again\n"));
    expect(readFileSync(kept(old), "utf8")).toBe("the site's\n");
    expect(statSync(kept(old)).mode & 0o777).toBe(0o640);
    expect(readFileSync(join(folder, "before", "absent"), "utf8")).toBe(`${fresh}\n`);
    expect(readFileSync(join(folder, "before", "folders"), "utf8")).toBe(
      `${join(folder, "new", "deep")}\n${join(folder, "new")}\n`,
    );
  });

  test("is not begun by a check", () => {
    run(writeSmallFiles, ["check"], `644 ${join(folder, "x")} eA==\n`);
    expect(existsSync(join(folder, "before"))).toBe(false);
  });

  test("holds programs too", () => {
    const one = item("one", "first");
    mkdirSync(join(folder, "bin"));
    writeFileSync(one.path, "the site's own");
    place([one], ["first"]);
    expect(readFileSync(kept(one.path), "utf8")).toBe("the site's own");
  });
});

describe("items", () => {
  test("are sent as blobs and end as content", () => {
    const blob = { digest: sha("packed"), size: 6 };
    const content = { digest: sha("unpacked"), size: 8 };
    const packed: ContentItem = { path: "/x", mode: 0o755, blob, content, compressed: true };
    const hex = (digest: string): string => digest.slice(7);
    expect(itemLines([packed])).toBe(`${hex(content.digest)} 8 755 /x ${hex(blob.digest)} 6 zstd\n`);
    expect(transferBytes([packed, registryItem(blob)])).toBe(12);
  });
});
