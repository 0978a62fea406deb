import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSource } from "../../installer/adapters/bundle/index.ts";
import { httpSource } from "../../installer/adapters/bundle/http-source.ts";
import { fileSource, pipeSource, type TransportSource } from "../../installer/adapters/bundle/source.ts";
import type { BundleStore } from "../../installer/adapters/bundle/store.ts";
import { verifyTransport } from "../../installer/adapters/bundle/verify.ts";
import type { TransportHead } from "../../installer/core/bundle/transport.ts";
import type { StoredBundle } from "../../installer/core/ports/bundle.ts";
import type { BundleSigner } from "../../installer/core/ports/bundle-trust.ts";
import {
  believe,
  buildSigned,
  exportTo,
  importFrom,
  never,
  openStore,
  testSigner,
  trusted,
} from "./signed.ts";

let work: string;
let builder: BundleStore;
let bundle: StoredBundle;
let signer: BundleSigner;
let file: string;
let approve: ReturnType<typeof believe>;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "slipway-bundle-"));
  signer = testSigner();
  approve = believe(trusted(signer));
  builder = await openStore(join(work, "builder"));
  bundle = await buildSigned(builder, signer);
  [file = ""] = await exportTo(builder, bundle, { path: join(work, "sample.tar") });
});
afterAll(async () => rm(work, { recursive: true, force: true }));

const verify = async (source: TransportSource): Promise<TransportHead> =>
  verifyTransport(source, { approve: (...of) => void approve(...of), onProgress: () => {}, signal: never });
const open = async (...paths: readonly string[]): Promise<TransportSource> =>
  openSource(paths, createReadStream(file), never);

describe("the transport file", () => {
  test("is the same, byte for byte, from two stores with equal content", async () => {
    const other = await openStore(join(work, "other"));
    const [again = ""] = await exportTo(other, await buildSigned(other, signer), {
      path: join(work, "again.tar"),
    });
    expect(Buffer.compare(await readFile(again), await readFile(file))).toBe(0);
  });

  test("is verified from a file, from a pipe and from its parts in any order", async () => {
    const parts = await exportTo(builder, bundle, { path: join(work, "split.tar"), partBytes: 65_536 });
    expect(parts.length).toBeGreaterThan(2);
    for (const source of [await open(file), await open("-"), await open(...parts.toReversed())]) {
      expect((await verify(source)).indexDigest).toBe(bundle.record.index);
    }
  });

  test("has a checksum file that names every part", async () => {
    const sums = await readFile(join(work, "split.tar.sha256"), "utf8");
    expect(sums).toMatch(/^[0-9a-f]{64} {2}split\.tar\.001-of-003\n/);
    expect(sums.trimEnd().split("\n")).toHaveLength(3);
  });

  test("names the part that is missing, doubled or foreign", async () => {
    const part = (n: number): string => join(work, `split.tar.00${n}-of-003`);
    await expect(open(part(1), part(3))).rejects.toMatchObject({
      code: "BUNDLE_PART_MISSING",
      params: { name: "split.tar.002-of-003" },
    });
    await expect(open(part(1), part(1), part(3))).rejects.toMatchObject({ code: "BUNDLE_PART_DOUBLED" });
    await expect(open(part(1), file)).rejects.toMatchObject({ code: "BUNDLE_PART_FOREIGN" });
  });

  test("is not believed when two parts change places", async () => {
    const [one = "", two = "", three = ""] = await exportTo(builder, bundle, {
      path: join(work, "swap.tar"),
      partBytes: 65_536,
    });
    await rename(two, `${two}.x`);
    await rename(three, two);
    await rename(`${two}.x`, three);
    await expect(verify(await open(one, two, three))).rejects.toMatchObject({
      code: expect.stringMatching(/^BUNDLE_/),
    });
  });

  test("is never overwritten by an export", async () => {
    await expect(exportTo(builder, bundle, { path: file })).rejects.toMatchObject({
      code: "BUNDLE_TARGET_EXISTS",
    });
  });

  test("reports a read error of the medium with its place and the component", async () => {
    const bytes = await readFile(file);
    const failing = async function* (): AsyncGenerator<Uint8Array, void> {
      yield bytes.subarray(0, 60_000);
      throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
    };
    await expect(verify(pipeSource("/dev/cdrom", failing()))).rejects.toMatchObject({
      code: "BUNDLE_READ_FAILED",
      params: { file: "/dev/cdrom", offset: 60_000, item: expect.stringContaining("alpha") },
    });
  });

  test("is refused when a blob was replaced by one of the right size", async () => {
    const bytes = await readFile(file);
    const plan = await verify(await open(file));
    const beta = plan.payload.find((entry) => entry.component === "beta" && entry.size > 1000);
    bytes.fill(7, beta?.offset, (beta?.offset ?? 0) + (beta?.size ?? 0));
    const path = join(work, "replaced.tar");
    await writeFile(path, bytes);
    await expect(verify(await open(path))).rejects.toMatchObject({
      code: "BUNDLE_BLOB_DIGEST",
      params: { component: "beta", blob: beta?.digest },
    });
  });

  test("is refused when bytes follow its end, or its end is missing", async () => {
    const bytes = await readFile(file);
    const path = join(work, "end.tar");
    await writeFile(path, Buffer.concat([bytes, Buffer.alloc(1)]));
    await expect(verify(await open(path))).rejects.toMatchObject({ code: "BUNDLE_TRAILING_BYTES" });
    await truncate(path, bytes.length - 512);
    await expect(verify(await open(path))).rejects.toMatchObject({ code: "BUNDLE_TRUNCATED" });
  });

  test("is not looked for behind a link to nowhere", async () => {
    await symlink(join(work, "nowhere"), join(work, "link.tar"));
    await expect(fileSource("link", [join(work, "link.tar")])).rejects.toMatchObject({
      code: "BUNDLE_SOURCE_MISSING",
    });
  });
});

describe("a bundle on a web server", () => {
  test("is resumed at the byte where the connection broke, and only what is missing is fetched", async () => {
    const bytes = await readFile(file);
    let sent = 0;
    const server = createServer((request, response) => {
      response.setHeader("accept-ranges", "bytes").setHeader("etag", '"one"');
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      response.setHeader("content-length", bytes.length - start).writeHead(start === 0 ? 200 : 206);
      if (request.method === "HEAD") return void response.end();
      const piece = bytes.subarray(start, start + 40_000);
      sent += piece.length;
      response.write(piece, () =>
        start + piece.length < bytes.length ? response.destroy() : response.end(),
      );
    });
    const url = await listen(server);
    try {
      const site = await openStore(join(work, "web"));
      const result = await importFrom(site, await httpSource(url, never), approve);
      expect(result.written).toBeGreaterThan(5);
      const first = sent;
      sent = 0;
      await importFrom(site, await httpSource(url, never), approve);
      expect(sent).toBeLessThan(first / 2);
    } finally {
      server.close();
    }
  });

  test("is refused when it changes between two requests", async () => {
    const bytes = await readFile(file);
    const server = createServer((request, response) => {
      response.setHeader("accept-ranges", "bytes").setHeader("etag", `"${String(Math.random())}"`);
      response.setHeader("content-length", bytes.length);
      if (request.method === "HEAD") return void response.end();
      response.write(bytes.subarray(0, 30_000), () => response.destroy());
    });
    const url = await listen(server);
    try {
      await expect(verify(await httpSource(url, never))).rejects.toMatchObject({
        code: "BUNDLE_SOURCE_CHANGED",
      });
    } finally {
      server.close();
    }
  });
});

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}/sample.tar`;
};
