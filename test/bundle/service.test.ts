import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bundlesOf } from "../../installer/adapters/bundle/index.ts";
import { verifySignature } from "../../installer/adapters/bundle/keys.ts";
import { trustFileAt } from "../../installer/adapters/bundle/trust-store.ts";
import type { Bundles } from "../../installer/core/ports/bundle-transport.ts";
import type { BundleSigner } from "../../installer/core/ports/bundle-trust.ts";
import { type BundleService, bundleService } from "../../installer/services/bundle.ts";
import { type TrustService, trustService } from "../../installer/services/bundle-trust.ts";
import { buildSample } from "./sample.ts";
import { never, openStore, testSigner } from "./signed.ts";

interface Place {
  readonly store: Bundles;
  readonly service: BundleService;
  readonly trust: TrustService;
}

const run = { onProgress: () => {}, signal: never };
const strict = { unsigned: "refuse", by: "admin" } as const;

let work: string;
let clock = 1_000;
let places = 0;
let signer: BundleSigner;
let builder: Place;
let file: string;
let site: Place;

async function* noPipe(): AsyncGenerator<Uint8Array, void> {}

/** A computer with a store and a list of trusted keys of its own. */
const place = async (): Promise<Place> => {
  places += 1;
  const root = join(work, `place-${places}`);
  const store = bundlesOf(await openStore(root), noPipe());
  const trust = trustService({
    trust: trustFileAt(join(root, "trust.json")),
    verifySignature,
    now: () => clock,
  });
  return { store, trust, service: bundleService(store, trust) };
};

const exported = async (from: Place, name: string): Promise<string> => {
  const path = join(work, name);
  await from.service.export({ reference: "sample", path }, run);
  return path;
};

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "slipway-service-"));
  signer = testSigner();
  builder = await place();
  await buildSample(builder.store);
  await builder.service.sign({ reference: "sample", signer, by: "builder" }, never);
  file = await exported(builder, "signed.tar");
});
beforeEach(async () => {
  clock = 1_000;
  site = await place();
});
afterAll(async () => rm(work, { recursive: true, force: true }));

const believe = async (key: BundleSigner = signer, more: { notAfter?: number } = {}): Promise<void> =>
  void (await site.trust.add({
    keyId: key.keyId,
    publicKey: key.publicKey,
    name: "builder",
    by: "admin",
    ...more,
  }));

describe("signing a bundle", () => {
  test("signs every image and the whole, and leaves one bundle", async () => {
    const { items, signedBy } = await builder.service.info("sample");
    expect(items.filter(({ kind }) => kind === "signature")).toHaveLength(2);
    expect(signedBy).toEqual([signer.keyId]);
    expect(await builder.service.list()).toHaveLength(1);
  });

  test("again with the same key gives the same bundle", async () => {
    const [before] = await builder.service.list();
    const again = await builder.service.sign({ reference: "sample", signer, by: "builder" }, never);
    expect(again.index).toBe(before?.index);
  });
});

describe("taking a bundle in", () => {
  test("is refused for a key nobody vouched for, and goes once the key is trusted", async () => {
    const attempt = async (): Promise<unknown> => site.service.import([file], strict, run);
    await expect(attempt()).rejects.toMatchObject({ code: "BUNDLE_KEY_UNKNOWN" });
    await believe();
    await expect(attempt()).resolves.toMatchObject({
      record: { trust: { state: "trusted", keyId: signer.keyId } },
    });
    expect(await site.service.list()).toHaveLength(1);
  });

  test("is refused once the trust in its key has ended, and goes when that is renewed", async () => {
    await believe(signer, { notAfter: 2_000 });
    clock = 3_000;
    const attempt = async (): Promise<unknown> => site.service.verify([file], strict, run);
    await expect(attempt()).rejects.toMatchObject({ code: "BUNDLE_TRUST_EXPIRED" });
    await believe();
    await expect(attempt()).resolves.toMatchObject({ name: "sample" });
  });

  test("is refused for a key that was revoked, with the reason", async () => {
    await believe();
    await site.trust.revoke(signer.keyId, { by: "admin", why: "laptop stolen" });
    await expect(site.service.import([file], strict, run)).rejects.toMatchObject({
      code: "BUNDLE_KEY_REVOKED",
      params: { why: "laptop stolen" },
    });
  });

  test("learns a new key that the trusted one vouches for, and keeps it", async () => {
    await believe();
    const fresh = testSigner();
    const other = await place();
    await buildSample(other.store, { version: "2.0.0", files: { "x.bin": new Uint8Array(9) } });
    const rotations = [other.service.rotate(signer, fresh)];
    await other.service.sign({ reference: "sample", signer: fresh, rotations, by: "builder" }, never);
    await site.service.import([await exported(other, "rotated.tar")], strict, run);
    expect((await site.trust.list()).map(({ keyId }) => keyId)).toContain(fresh.keyId);
  });

  test("is refused unsigned, unless that is allowed, which the record shows", async () => {
    const other = await place();
    await buildSample(other.store);
    const unsigned = await exported(other, "unsigned.tar");
    await expect(site.service.import([unsigned], strict, run)).rejects.toMatchObject({
      code: "BUNDLE_UNSIGNED",
    });
    const lax = { unsigned: "allow", by: "admin" } as const;
    const { record } = await site.service.import([unsigned], lax, run);
    expect(record).toMatchObject({ by: "admin", trust: { state: "unsigned" } });
    expect((await site.service.info(record.index)).taken).toMatchObject({
      by: "admin",
      source: unsigned,
      unsigned: true,
    });
  });

  test("is refused when it serves another processor, before anything is written", async () => {
    await believe();
    const policy = { ...strict, arch: ["arm64"] };
    await expect(site.service.import([file], policy, run)).rejects.toMatchObject({
      code: "BUNDLE_ARCH_MISSING",
      params: { arch: "arm64", present: "amd64" },
    });
    expect(await site.service.list()).toEqual([]);
    await expect(site.service.import([file], { ...strict, arch: ["amd64"] }, run)).resolves.toBeDefined();
  });
});

describe("a bundle at a site", () => {
  test("is exported again as the very file it came from", async () => {
    await believe();
    await site.service.import([file], strict, run);
    const again = await exported(site, `again-${places}.tar`);
    expect(Buffer.compare(await readFile(again), await readFile(file))).toBe(0);
  });

  test("comes as a difference to what the site's inventory lists", async () => {
    await believe();
    await site.service.import([file], strict, run);
    const { inventory, text } = await site.service.inventory("plant");
    expect(text).toMatch(/^SLIPWAY-INVENTORY-1:[0-9A-F]{64}$/);
    const path = join(work, "delta.tar");
    const summary = await builder.service.export({ reference: "sample", path, since: inventory }, run);
    expect(summary.omitted).toBeGreaterThan(3);
  });

  test("is not removed while somebody needs it, and its blobs go with gc afterwards", async () => {
    await believe();
    await site.service.import([file], strict, run);
    await expect(site.service.remove("sample", ["prod"])).rejects.toMatchObject({ code: "BUNDLE_IN_USE" });
    await site.service.remove("sample", []);
    const listed = await site.service.gc({ dryRun: "yes", keep: [] });
    const [kept] = listed.removed;
    const removed = await site.service.gc({ dryRun: "no", keep: kept === undefined ? [] : [kept.digest] });
    expect(removed.removed).toEqual(listed.removed.slice(1));
  });

  test("is found by the first digits of its digest, and asked for again when two fit", async () => {
    const [record] = await builder.service.list();
    const digits = record?.index.slice(7, 17) ?? "";
    expect((await builder.service.info(digits)).index).toBe(record?.index);
    await expect(builder.service.info("nothing")).rejects.toMatchObject({ code: "BUNDLE_NOT_FOUND" });
  });
});
