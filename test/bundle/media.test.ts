import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireSpace } from "../../installer/adapters/bundle/files.ts";
import { HashPool } from "../../installer/adapters/bundle/hash-pool.ts";
import { fileSource, pipeSource, type TransportSource } from "../../installer/adapters/bundle/source.ts";
import type { BundleStore } from "../../installer/adapters/bundle/store.ts";
import type { StoredBundle } from "../../installer/core/ports/bundle.ts";
import { closureOf } from "../../installer/adapters/bundle/bundles.ts";
import { noise, type Sample } from "./sample.ts";
import { believe, buildSigned, exportTo, importFrom, openStore, testSigner, trusted } from "./signed.ts";

/** One blob is large enough for the threads that hash. */
const SAMPLE: Sample = {
  images: [
    { name: "registry.example/big:v1", component: "big", files: { "bin/big": noise(3_000_000, "big") } },
    { name: "registry.example/small:v1", component: "small", files: { "bin/small": noise(9_000, "small") } },
  ],
};

let work: string;
let builder: BundleStore;
let bundle: StoredBundle;
let file: string;
let approve: ReturnType<typeof believe>;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "slipway-media-"));
  const signer = testSigner();
  approve = believe(trusted(signer));
  builder = await openStore(join(work, "builder"));
  bundle = await buildSigned(builder, signer, SAMPLE);
  [file = ""] = await exportTo(builder, bundle, { path: join(work, "good.tar") });
});
afterAll(async () => rm(work, { recursive: true, force: true }));

const pipeOf = (bytes: Buffer): TransportSource =>
  pipeSource(
    "pipe",
    (async function* () {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    })(),
  );

const bigBlob = async (): Promise<string> =>
  (await closureOf(builder, bundle.index)).find(({ size }) => size > 2_000_000)?.digest.slice(7) ?? "";

const exists = async (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

describe("a disk that fills up", () => {
  test.each(["a file", "a pipe"])(
    "ends an import from %s with the component's name, and it can go on later",
    async (kind) => {
      const site = await openStore(join(work, `full ${kind}`));
      const hex = await bigBlob();
      // /dev/full takes nothing: every write to it ends with ENOSPC (full(4)).
      const staging = join(site.folder("staging"), bundle.record.index.slice(7));
      const device = join(staging, `${hex}.part`);
      await mkdir(staging);
      await symlink("/dev/full", device);
      const source = kind === "a file" ? file : pipeOf(await readFile(file));
      await expect(importFrom(site, source, approve)).rejects.toMatchObject({
        code: "BUNDLE_DISK_FULL",
        params: { item: expect.stringContaining("big") },
      });
      expect(await site.bundles()).toEqual([]);
      expect(await exists(device)).toBe(false);
      expect((await importFrom(site, file, approve)).record.index).toBe(bundle.record.index);
    },
  );

  test("is foreseen: what cannot fit is not begun", async () => {
    await expect(requireSpace(work, 2 ** 60)).rejects.toMatchObject({ code: "BUNDLE_NO_SPACE" });
    await expect(requireSpace(work, 1)).resolves.toBeUndefined();
  });
});

describe("a medium that cannot be read", () => {
  test("is named with the place where a local file fails", async () => {
    const source = await fileSource(file, [file]);
    // Reading the memory of this process at address 0 ends with EIO, like a scratched disc.
    const bad = (start: number, end: number) => [{ path: "/proc/self/mem", start: 0, end: end - start }];
    const broken = {
      ...source,
      segments: (start: number, end: number) =>
        end - start > 2_000_000 && end < 1e9 ? bad(start, end) : (source.segments?.(start, end) ?? []),
    };
    const site = await openStore(join(work, "scratched"));
    await expect(importFrom(site, broken, approve)).rejects.toMatchObject({
      code: "BUNDLE_READ_FAILED",
      params: { item: expect.stringContaining("big"), problem: expect.stringContaining("EIO") },
    });
    expect(await site.bundles()).toEqual([]);
  });

  test("is told from one that was pulled out half way", async () => {
    const path = join(work, "pulled.tar");
    await writeFile(path, await readFile(file));
    const source = await fileSource(path, [path]);
    await truncate(path, 500_000);
    const site = await openStore(join(work, "pulled"));
    await expect(importFrom(site, source, approve)).rejects.toMatchObject({ code: "BUNDLE_TRUNCATED" });
  });
});

describe("two imports at once", () => {
  test("of one store: one is told to wait, the other is whole", async () => {
    const site = await openStore(join(work, "twice"));
    const other = await openStore(join(work, "twice"));
    const results = await Promise.allSettled([
      importFrom(site, file, approve),
      importFrom(other, file, approve),
    ]);
    const failures = results.filter((result) => result.status === "rejected");
    expect(failures).toEqual([
      expect.objectContaining({ reason: expect.objectContaining({ code: "BUNDLE_STORE_BUSY" }) }),
    ]);
    expect(await site.bundles()).toHaveLength(1);
  });
});

describe("the threads that hash", () => {
  const bytes = noise(2_500_000, "pool");
  let path: string;
  beforeAll(async () => {
    path = join(work, "pool.bin");
    await writeFile(path, bytes);
  });

  test("hash and copy a blob that lies in two files, and count its bytes", async () => {
    await using pool = new HashPool(2);
    const out = join(work, "copied.bin");
    const halves = [
      { path, start: 0, end: 1_200_000 },
      { path, start: 1_200_000, end: bytes.length },
    ];
    const hex = createHash("sha256").update(bytes).digest("hex");
    expect(await pool.run(halves, out)).toMatchObject({ hex });
    expect(pool.bytesDone).toBe(bytes.length);
    expect(bytes.equals(await readFile(out))).toBe(true);
  });

  test("say where a file ended too early", async () => {
    await using pool = new HashPool(1);
    const reply = await pool.run([{ path, start: 0, end: bytes.length + 10 }]);
    expect(reply).toMatchObject({ truncatedAt: bytes.length, path });
  });

  test("take nothing more once they were stopped", async () => {
    const pool = new HashPool(1);
    await pool[Symbol.asyncDispose]();
    await expect(pool.run([{ path, start: 0, end: 1 }])).rejects.toMatchObject({ code: "CANCELLED" });
  });
});
