import { createServer } from "node:net";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closureOf } from "../../installer/adapters/bundle/bundles.ts";
import type { BundleStore } from "../../installer/adapters/bundle/store.ts";
import { publishImages } from "../../installer/adapters/registry/layout.ts";
import { type RunningRegistry, startRegistry } from "../../installer/adapters/registry/process.ts";
import { NestedIndex } from "../../installer/contract/bundle/manifest.ts";
import { ANNOTATION, COSIGN, OCI } from "../../installer/contract/bundle/media-types.ts";
import type { StoredBundle } from "../../installer/core/ports/bundle.ts";
import { bundleService } from "../../installer/services/bundle.ts";
import { bundlesOf } from "../../installer/adapters/bundle/index.ts";
import { verifySignature } from "../../installer/adapters/bundle/keys.ts";
import { trustFileAt } from "../../installer/adapters/bundle/trust-store.ts";
import { trustService } from "../../installer/services/bundle-trust.ts";
import { FakeLog } from "../fakes/log.ts";
import { buildSigned, never, openStore, testSigner } from "./signed.ts";

let work: string;
let store: BundleStore;
let bundle: StoredBundle;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "slipway-registry-"));
  store = await openStore(join(work, "store"));
  const signer = testSigner();
  await buildSigned(store, signer);
  const trust = trustService({ trust: trustFileAt(join(work, "trust.json")), verifySignature, now: () => 0 });
  const service = bundleService(bundlesOf(store, noPipe()), trust);
  await service.sign({ reference: "sample", signer, by: "test" }, never);
  const [only] = await store.bundles();
  if (only === undefined) throw new Error("there is no bundle");
  bundle = only;
});
afterAll(async () => rm(work, { recursive: true, force: true }));

async function* noPipe(): AsyncGenerator<Uint8Array, void> {}

const dataOf = (root: string, digest: string): string =>
  join(root, "docker/registry/v2/blobs/sha256", digest.slice(7, 9), digest.slice(7), "data");

const layerOf = async (): Promise<string> =>
  (await closureOf(store, bundle.index)).find(({ mediaType }) => mediaType.includes("layer"))?.digest ?? "";

describe("publishing images", () => {
  test("shares the very files of the store, so that they take no room", async () => {
    const root = join(work, "linked");
    const { copied, images } = await publishImages(store, bundle.index, root);
    expect({ copied, images }).toEqual({ copied: 0, images: 2 });
    const digest = await layerOf();
    expect((await stat(dataOf(root, digest))).ino).toBe((await stat(store.blobPath(digest))).ino);
  });

  test("copies where the registry lies on another file system, and says how much", async (context) => {
    const other = await mkdtemp("/dev/shm/slipway-registry-").catch(() => undefined);
    if (other === undefined || (await stat(other)).dev === (await stat(work)).dev) return context.skip();
    try {
      const { copied, blobs } = await publishImages(store, bundle.index, other);
      expect(copied).toBe(blobs);
      const digest = await layerOf();
      expect((await stat(dataOf(other, digest))).size).toBe(await store.sizeOf(digest));
      expect((await publishImages(store, bundle.index, other)).copied).toBeLessThanOrEqual(blobs);
    } finally {
      await rm(other, { recursive: true });
    }
  });

  test("again changes nothing and leaves no temporary files", async () => {
    const root = join(work, "again");
    await publishImages(store, bundle.index, root);
    const before = (await readdir(root, { recursive: true })).toSorted();
    await publishImages(store, bundle.index, root);
    expect((await readdir(root, { recursive: true })).toSorted()).toEqual(before);
    expect(before.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("the registry as a child", () => {
  const log = new FakeLog();
  let registry: RunningRegistry | undefined;
  let address: string;
  beforeAll(async () => {
    const root = join(work, "served");
    await publishImages(store, bundle.index, root);
    const listen = `127.0.0.1:${await freePort()}`;
    address = `http://${listen}/v2`;
    const program = process.env["SLIPWAY_TEST_REGISTRY"] ?? "docker-registry";
    registry = await startRegistry({ program, configPath: join(work, "config.yml"), root, listen, log });
    await answers();
  });
  afterAll(async () => registry?.stop());

  const answers = async (): Promise<void> => {
    for (let tries = 0; tries < 200; tries += 1) {
      if ((await fetch(`${address}/`).catch(() => undefined))?.ok === true) return;
      await sleep(25);
    }
    throw new Error(`the registry does not answer: ${registry?.lastLine() ?? ""}`);
  };
  const manifest = async (): Promise<Response> =>
    fetch(`${address}/registry.example/alpha/manifests/v1`, {
      headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
    });

  test("serves an image by its upstream name, and its layers byte for byte", async () => {
    const reply = await manifest();
    expect(reply.headers.get("docker-content-digest")).toBe(bundle.index.manifests[0]?.digest);
    const digest = await layerOf();
    const blob = await fetch(`${address}/registry.example/alpha/blobs/${digest}`);
    expect((await blob.arrayBuffer()).byteLength).toBe(await store.sizeOf(digest));
  });

  test("lists the signature of an image under the tag where clients without a list of referrers look", async () => {
    const image = bundle.index.manifests.find(
      ({ annotations }) => annotations?.[ANNOTATION.component] === "alpha",
    );
    const tag = image?.digest.replace(":", "-") ?? "";
    const list = await fetch(`${address}/registry.example/alpha/manifests/${tag}`, {
      headers: { accept: OCI.index },
    });
    const { manifests } = NestedIndex.parse(await list.json());
    expect(manifests.map(({ artifactType }) => artifactType)).toEqual([COSIGN.signature]);
    const found = await fetch(`${address}/registry.example/alpha/manifests/${manifests[0]?.digest ?? ""}`, {
      headers: { accept: OCI.manifest },
    });
    expect(await found.json()).toMatchObject({ subject: { digest: image?.digest } });
  });

  test("takes nothing from anybody", async () => {
    const upload = await fetch(`${address}/registry.example/alpha/blobs/uploads/`, { method: "POST" });
    const removal = await fetch(`${address}/registry.example/alpha/manifests/v1`, { method: "DELETE" });
    expect([upload.status, removal.status]).toEqual([405, 405]);
  });

  test("is back after a kill -9, and its lines are in the engine's log", async () => {
    const pid = registry?.pid();
    expect(pid).toBeGreaterThan(1);
    process.kill(pid ?? 0, "SIGKILL");
    while (registry?.restarts() === 0) await sleep(10);
    await answers();
    expect((await manifest()).status).toBe(200);
    expect(registry?.restarts()).toBe(1);
    expect(registry?.pid()).not.toBe(pid);
    expect(log.lines.some(({ fields }) => fields["component"] === "registry")).toBe(true);
  });
});

const freePort = async (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const found = server.address();
      server.close(() => resolve(typeof found === "object" && found !== null ? found.port : 0));
    });
  });
