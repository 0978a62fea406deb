import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { beforePaths } from "../runtime/host-record.ts";
import { itemLines, type ContentItem } from "./items.ts";
import { fetchExits, fetchFiles, findMissing } from "./scripts.ts";

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What the appliance serves, by what is asked for, and what it was asked. */
const served = new Map<string, Uint8Array>();
let asked: { readonly path: string; readonly range: string | undefined; readonly port: number | undefined }[];
let server: Server;
let certificates: string;
let folder: string;

beforeAll(async () => {
  certificates = mkdtempSync(join(tmpdir(), "slipway-fetch-"));
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
      ...["-subj", "/CN=appliance", "-addext", "subjectAltName=IP:127.0.0.1"],
      ...["-keyout", join(certificates, "key"), "-out", join(certificates, "ca")],
    ],
    { stdio: "ignore" },
  );
  server = createServer(
    { cert: readFileSync(join(certificates, "ca")), key: readFileSync(join(certificates, "key")) },
    (request, response) => {
      const path = (request.url ?? "").slice("/content/".length);
      const { range } = request.headers;
      asked.push({ path, range, port: request.socket.remotePort });
      const bytes = served.get(path);
      if (bytes === undefined || request.headers.authorization !== "Bearer secret") {
        response.writeHead(404, { "content-length": 0 }).end();
        return;
      }
      const start = Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
      if (start > 0)
        response.setHeader("content-range", `bytes ${start}-${bytes.length - 1}/${bytes.length}`);
      response.writeHead(start > 0 ? 206 : 200, { "content-length": bytes.length - start });
      response.end(bytes.subarray(start));
    },
  );
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
  rmSync(certificates, { recursive: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-fetch-"));
  served.clear();
  asked = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytesOf = (text: string): Buffer => Buffer.from(text);

/** An item that the appliance serves. */
const item = (name: string, text: string, form: "zstd" | "plain" = "plain"): ContentItem => {
  const content = bytesOf(text);
  const sent = form === "zstd" ? zstdCompressSync(content) : content;
  served.set(digestOf(sent), sent);
  return {
    path: join(folder, "bin", name),
    mode: 0o755,
    blob: { digest: `sha256:${digestOf(sent)}`, size: sent.length },
    content: { digest: `sha256:${digestOf(content)}`, size: content.length },
    compressed: form === "zstd",
  };
};

const staged = (of: ContentItem): string => join(folder, of.blob.digest.slice("sha256:".length));

const fetch = (
  items: readonly ContentItem[],
  port = (server.address() as AddressInfo).port,
): Promise<{ readonly code: number | null; readonly stdout: string }> =>
  new Promise((resolve) => {
    const script = fetchFiles.replaceAll(beforePaths.folder, join(folder, "before"));
    const args = [folder, `https://127.0.0.1:${port}/content`, join(certificates, "ca"), "later"];
    const child = spawn("sh", ["-c", script, "sh", ...args], { stdio: ["pipe", "pipe", "ignore"] });
    let stdout = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.on("close", (code) => resolve({ code, stdout }));
    child.stdin.end(`secret\n${itemLines(items)}`);
  });

const missing = (items: readonly ContentItem[]): string =>
  execFileSync("sh", ["-c", findMissing, "sh", join(folder, "installed")], {
    input: itemLines(items),
    encoding: "utf8",
  });

test("files arrive over one connection, are unpacked, and are known to be in place", async () => {
  const items = [item("one", "first", "zstd"), item("two", "second"), item("three", "third", "zstd")];
  const { code, stdout } = await fetch(items);
  expect(code).toBe(fetchExits.done);
  expect(stdout.trim().split("\n").toSorted()).toEqual(
    items.map(({ blob, path }) => `done ${blob.size} ${path}`).toSorted(),
  );
  expect(new Set(asked.map(({ port }) => port)).size).toBe(1);
  expect(items.map(({ path }) => readFileSync(path, "utf8"))).toEqual(["first", "second", "third"]);
  expect(items.map(({ path }) => statSync(path).mode & 0o777)).toEqual([0o755, 0o755, 0o755]);
  expect(missing(items)).toBe("");
  expect(readFileSync(join(folder, "installed"), "utf8").trim().split("\n")).toHaveLength(3);
  expect(items.map((one) => existsSync(staged(one)))).toEqual([false, false, false]);
});

test("what was cut off is continued, what had arrived is not asked for again, and what is too long begins anew", async () => {
  const [cut, whole, long] = [
    item("cut", "cut off here"),
    item("whole", "whole"),
    item("long", "long"),
  ] as const;
  writeFileSync(staged(cut), "cut off");
  writeFileSync(staged(whole), "whole");
  writeFileSync(staged(long), "long and longer");
  expect((await fetch([cut, whole, long])).code).toBe(fetchExits.done);
  expect(asked.map(({ path, range }) => [path, range])).toEqual([
    [cut.blob.digest.slice(7), "bytes=7-"],
    [long.blob.digest.slice(7), undefined],
  ]);
  expect(missing([cut, whole, long])).toBe("");
});

test.each(["plain", "zstd"] as const)("what arrives damaged is not kept (%s)", async (form) => {
  const [bad, good] = [item("bad", "as it should be", form), item("good", "good", form)] as const;
  const key = bad.blob.digest.slice(7);
  served.set(key, new Uint8Array(served.get(key)?.length ?? 0));
  expect((await fetch([good, bad])).code).toBe(fetchExits.damaged);
  expect(existsSync(bad.path)).toBe(false);
  expect(existsSync(staged(bad))).toBe(false);
  item("bad", "as it should be", form);
  expect((await fetch([good, bad])).code).toBe(fetchExits.done);
  expect(missing([good, bad])).toBe("");
});

test("one that is refused ends it, and what came before is in place", async () => {
  const items = [item("one", "first"), item("two", "second"), item("three", "third")] as const;
  served.delete(items[1].blob.digest.slice(7));
  expect((await fetch(items)).code).toBe(22);
  expect(missing(items).trim().split("\n")).toEqual([items[1].path, items[2].path]);
});

test("one blob may go to two places", async () => {
  const [one, two] = [item("one", "same", "zstd"), item("two", "same", "zstd")];
  expect((await fetch([one, two])).code).toBe(fetchExits.done);
  expect(missing([one, two])).toBe("");
});

test("an appliance that cannot be reached is told from one that refuses", async () => {
  expect((await fetch([item("one", "first")], 1)).code).toBe(fetchExits.unreachable);
});
