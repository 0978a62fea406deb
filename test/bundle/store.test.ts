import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closureOf } from "../../installer/adapters/bundle/bundles.ts";
import { checkStore, collectGarbage } from "../../installer/adapters/bundle/care.ts";
import { planDelta } from "../../installer/adapters/bundle/delta.ts";
import { pipeSource } from "../../installer/adapters/bundle/source.ts";
import type { BundleStore } from "../../installer/adapters/bundle/store.ts";
import type { TrustedKey } from "../../installer/contract/bundle/trust.ts";
import { makeInventory } from "../../installer/core/bundle/inventory.ts";
import { makeRotation } from "../../installer/core/bundle/trust.ts";
import type { StoredBundle } from "../../installer/core/ports/bundle.ts";
import type { BundleSigner } from "../../installer/core/ports/bundle-trust.ts";
import { noise, type Sample } from "./sample.ts";
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

const sample = (version: string, change: (bytes: Buffer) => Buffer): Sample => ({
  version,
  images: [
    {
      name: `registry.example/app:${version}`,
      component: "app",
      files: { "bin/app": change(noise(90_000, "app")) },
    },
  ],
  files: { "same.bin": noise(20_000, "same") },
});

let work: string;
let builder: BundleStore;
let signer: BundleSigner;
let approve: ReturnType<typeof believe>;
let first: StoredBundle;
let second: StoredBundle;
let firstFile: string;
let secondFile: string;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "slipway-store-"));
  signer = testSigner("ecdsa-p256");
  approve = believe(trusted(signer));
  builder = await openStore(join(work, "builder"));
  first = await buildSigned(
    builder,
    signer,
    sample("1.0.0", (bytes) => bytes),
  );
  const insert = (bytes: Buffer): Buffer =>
    Buffer.concat([bytes.subarray(0, 40_000), Buffer.from("more"), bytes.subarray(40_000)]);
  second = await buildSigned(builder, signer, sample("1.0.1", insert));
  [firstFile = ""] = await exportTo(builder, first, { path: join(work, "first.tar") });
  [secondFile = ""] = await exportTo(builder, second, { path: join(work, "second.tar") });
});
afterAll(async () => rm(work, { recursive: true, force: true }));

const blobsOf = async (store: BundleStore): Promise<readonly string[]> =>
  (await readdir(store.folder("blobs/sha256"))).toSorted();

describe("an import", () => {
  test("goes on where an interrupted one stopped, without writing again what it had", async () => {
    const site = await openStore(join(work, "resume"));
    const whole = await importFrom(await openStore(join(work, "whole")), firstFile, approve);
    const cut = pipeSource("cut", createReadStream(firstFile, { end: 100_000 }));
    await expect(importFrom(site, cut, approve)).rejects.toMatchObject({ code: "BUNDLE_TRUNCATED" });
    expect(await site.bundles()).toEqual([]);
    expect(await blobsOf(site)).toEqual([]);
    const rest = await importFrom(site, firstFile, approve);
    expect(rest.written).toBeLessThan(whole.written);
    expect(rest.record.index).toBe(whole.record.index);
  });

  test("shares the blobs of earlier bundles", async () => {
    const site = await openStore(join(work, "share"));
    await importFrom(site, firstFile, approve);
    expect((await importFrom(site, secondFile, approve)).skipped).toBeGreaterThan(0);
    expect(await site.bundles()).toHaveLength(2);
  });

  test("is refused while another one writes to the same store", async () => {
    const site = await openStore(join(work, "busy"));
    using _held = await site.lock();
    await expect(importFrom(site, firstFile, approve)).rejects.toMatchObject({ code: "BUNDLE_STORE_BUSY" });
  });
});

describe("trust", () => {
  const attempt = async (...keys: readonly TrustedKey[]): Promise<unknown> =>
    importFrom(await openStore(join(work, "trust")), firstFile, believe(...keys));

  test("refuses unknown, expired and revoked keys, each with its own code", async () => {
    await expect(attempt()).rejects.toMatchObject({ code: "BUNDLE_KEY_UNKNOWN" });
    await expect(attempt(trusted(signer, { notAfter: 0 }))).rejects.toMatchObject({
      code: "BUNDLE_TRUST_EXPIRED",
    });
    const revoked = { at: 0, by: "admin", why: "lost" };
    await expect(attempt(trusted(signer, { revoked }))).rejects.toMatchObject({ code: "BUNDLE_KEY_REVOKED" });
  });

  test("accepts a new key when a trusted one vouches for it, and not when a stranger does", async () => {
    const fresh = testSigner();
    const stranger = testSigner();
    const store = await openStore(join(work, "rotate"));
    const bundle = await buildSigned(store, fresh);
    const file = async (by: BundleSigner, name: string): Promise<string> => {
      const envelope = { ...bundle.envelope, rotations: [makeRotation(by, fresh)] };
      return (await exportTo(store, { ...bundle, envelope }, { path: join(work, name) }))[0] ?? "";
    };
    const site = await openStore(join(work, "rotated"));
    await importFrom(site, await file(signer, "vouched.tar"), approve);
    await expect(importFrom(site, await file(stranger, "stranger.tar"), approve)).rejects.toMatchObject({
      code: "BUNDLE_KEY_UNKNOWN",
    });
  });
});

describe("a delta", () => {
  let file: string;
  beforeAll(async () => {
    const since = makeInventory("site", [first.record.index], []);
    const options = { folder: join(work, "patches"), onProgress: () => {}, signal: never };
    const delta = await planDelta(builder, { bundle: second, since }, options);
    [file = ""] = await exportTo(builder, second, { path: join(work, "delta.tar"), delta });
  });

  test("gives the very blobs a full import gives", async () => {
    const site = await openStore(join(work, "patched"));
    await importFrom(site, firstFile, approve);
    const result = await importFrom(site, file, approve);
    expect(result.patched).toBe(1);
    const full = await openStore(join(work, "unpatched"));
    await importFrom(full, firstFile, approve);
    await importFrom(full, secondFile, approve);
    expect(await blobsOf(site)).toEqual(await blobsOf(full));
    expect(await checkStore(site, { repair: "no", onProgress: () => {}, signal: never })).toEqual([]);
  });

  test("is refused before anything is written where its base is missing or damaged", async () => {
    const site = await openStore(join(work, "baseless"));
    await expect(importFrom(site, file, approve)).rejects.toMatchObject({ code: "BUNDLE_BASE_MISSING" });
    expect(await readdir(site.folder("staging"))).toEqual([]);
    await importFrom(site, firstFile, approve);
    const [layer] = (await closureOf(site, first.index)).filter(
      (blob) => blob.component === "app" && blob.size > 80_000,
    );
    await writeFile(site.blobPath(layer?.digest ?? ""), Buffer.alloc(layer?.size ?? 0));
    await expect(importFrom(site, file, approve)).rejects.toMatchObject({
      code: "BUNDLE_BASE_WRONG",
      params: { component: "app" },
    });
  });
});

describe("care of the store", () => {
  test("garbage collection removes only what no bundle needs, and only says so in a dry run", async () => {
    const site = await openStore(join(work, "garbage"));
    await importFrom(site, firstFile, approve);
    await importFrom(site, secondFile, approve);
    await site.removeBundle(second.record.index);
    const before = await blobsOf(site);
    const dry = await collectGarbage(site, { dryRun: "yes", keep: [] });
    expect(await blobsOf(site)).toEqual(before);
    const wet = await collectGarbage(site, { dryRun: "no", keep: [] });
    expect(wet.removed).toEqual(dry.removed);
    expect(wet.removed.length).toBeGreaterThan(0);
    expect(await checkStore(site, { repair: "no", onProgress: () => {}, signal: never })).toEqual([]);
  });

  test("fsck names altered and missing blobs by component, and a new import mends them", async () => {
    const site = await openStore(join(work, "fsck"));
    await importFrom(site, firstFile, approve);
    const blobs = await blobsOf(site);
    const sizes = await Promise.all(blobs.map(async (hex) => site.sizeOf(`sha256:${hex}`)));
    const big = blobs[sizes.findIndex((size) => (size ?? 0) > 80_000)] ?? "";
    await writeFile(site.blobPath(`sha256:${big}`), "altered");
    const found = await checkStore(site, { repair: "yes", onProgress: () => {}, signal: never });
    expect(found).toEqual([{ digest: `sha256:${big}`, component: "app", fault: "altered" }]);
    await importFrom(site, firstFile, approve);
    expect(await checkStore(site, { repair: "no", onProgress: () => {}, signal: never })).toEqual([]);
  });
});
