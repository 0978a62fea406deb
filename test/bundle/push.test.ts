import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundlesOf } from "../../installer/adapters/bundle/index.ts";
import { pushBundle } from "../../installer/adapters/registry/push.ts";
import type { PushSummary } from "../../installer/core/ports/bundle-push.ts";
import { pushService, type PushRequest, requirePushed } from "../../installer/services/bundle-push.ts";
import { type FakeRegistry, startFakeRegistry } from "../fakes/registry.ts";
import { bundleService } from "../../installer/services/bundle.ts";
import type { TrustService } from "../../installer/services/bundle-trust.ts";
import { buildSample, noise, type Sample } from "./sample.ts";
import { buildSigned, never, openStore, testSigner } from "./signed.ts";

/** Two images that share a layer, and a third of its own. */
const shared = { "lib/shared": noise(70_000, "shared") };
const SAMPLE: Sample = {
  images: [
    { name: "registry.example/a:v1", component: "a", files: shared },
    { name: "registry.example/b:v1", component: "b", files: shared },
    { name: "registry.example/c:v1", component: "c", files: { "bin/c": noise(40_000, "c") } },
  ],
};

let work: string;
let push: (request: Omit<PushRequest, "reference" | "prefix">, signal?: AbortSignal) => Promise<PushSummary>;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "slipway-push-"));
  const store = await openStore(join(work, "store"));
  await buildSigned(store, testSigner(), SAMPLE);
  const service = pushService(bundlesOf(store, noPipe()), pushBundle);
  push = async (request, signal = never) =>
    service.push({ reference: "sample", prefix: "project", ...request }, { onProgress: () => {}, signal });
});
afterAll(async () => rm(work, { recursive: true, force: true }));

async function* noPipe(): AsyncGenerator<Uint8Array, void> {}

const uploads = ({ seen }: FakeRegistry): number =>
  seen.filter(({ method, path, status }) => method === "PUT" && path.includes("uploads") && status === 201)
    .length;

describe("a push into another registry", () => {
  test("brings every image under its own name below the prefix, and tells how far it is", async () => {
    await using registry = await startFakeRegistry();
    const summary = await push({ address: registry.address });
    expect(summary).toMatchObject({ failed: [], untried: [], retries: 0 });
    expect([...registry.tags.keys()].toSorted()).toEqual(
      ["a", "b", "c"].map((name) => `project/registry.example/${name}:v1`),
    );
  });

  test("brings an image's signature, and its list of referrers to a registry that keeps none", async () => {
    await using registry = await startFakeRegistry();
    const store = bundlesOf(await openStore(join(work, "signed")), noPipe());
    const { record } = await buildSample(store, SAMPLE);
    const trust = { approval: () => () => record.trust } as unknown as TrustService;
    const request = { reference: "sample", signer: testSigner(), by: "test" };
    await bundleService(store, trust).sign(request, never);
    const target = { reference: "sample", prefix: "", address: registry.address };
    await pushService(store, pushBundle).push(target, { onProgress: () => {}, signal: never });
    const digest = registry.tags.get("registry.example/a:v1")?.replace(":", "-") ?? "";
    expect(registry.tags.has(`registry.example/a:${digest}.sig`)).toBe(true);
    expect(registry.tags.has(`registry.example/a:${digest}`)).toBe(true);
  });

  test("sends a blob once and takes it over from the repository that has it", async () => {
    await using registry = await startFakeRegistry();
    const { blobs } = await push({ address: registry.address });
    expect(blobs).toEqual({ sent: 4, mounted: 2, found: 0 });
    expect(uploads(registry)).toBe(4);
  });

  test("sends nothing that is there already", async () => {
    await using registry = await startFakeRegistry();
    await push({ address: registry.address });
    registry.seen.length = 0;
    const again = await push({ address: registry.address });
    expect(again).toMatchObject({ bytesSent: 0, blobs: { sent: 0, found: 6 } });
    expect(uploads(registry)).toBe(0);
  });

  test("begins a blob anew when the line breaks, and waits when the registry is busy", async () => {
    await using registry = await startFakeRegistry();
    const spoilt = new Set<string>();
    registry.meddle = (method, path) => {
      const digest = /digest=(.*)$/.exec(path)?.[1];
      if (method !== "PUT" || digest === undefined || spoilt.has(digest)) return undefined;
      spoilt.add(digest);
      return spoilt.size % 2 === 0 ? "drop" : 503;
    };
    const summary = await push({ address: registry.address });
    expect(summary).toMatchObject({ failed: [], retries: 4 });
    expect(registry.tags.size).toBe(3);
  });

  test("gives up after the attempts it was given, and names the registry", async () => {
    await using registry = await startFakeRegistry();
    registry.meddle = () => "drop";
    const { failed } = await push({ address: registry.address, attempts: 1, parallel: 1 });
    expect(failed[0]).toMatchObject({
      image: "registry.example/a:v1",
      error: { code: "BUNDLE_PUSH_UNREACHABLE" },
    });
  });

  test("stops at the first refusal and says what was not tried", async () => {
    await using registry = await startFakeRegistry();
    registry.meddle = (_, path) => (path.includes("/a/") ? 403 : undefined);
    const summary = await push({ address: registry.address, parallel: 1 });
    expect(summary.untried).toEqual(["registry.example/b:v1", "registry.example/c:v1"]);
    expect(summary.failed[0]?.error).toMatchObject({
      code: "BUNDLE_PUSH_REFUSED",
      params: { status: 403 },
    });
    expect(() => requirePushed(summary, registry.address)).toThrow(
      expect.objectContaining({ code: "BUNDLE_PUSH_INCOMPLETE" }),
    );
  });

  test("goes on with the other images where it is told to", async () => {
    await using registry = await startFakeRegistry();
    registry.meddle = (_, path) => (path.includes("/a/") ? 403 : undefined);
    const summary = await push({ address: registry.address, continueOnError: "yes" });
    expect(summary.failed).toHaveLength(1);
    expect(summary.images.map(({ name }) => name)).toEqual([
      "registry.example/b:v1",
      "registry.example/c:v1",
    ]);
  });

  test("signs in for a token for each repository", async () => {
    await using registry = await startFakeRegistry({ account: "robot:secret" });
    const credentials = { username: "robot", password: "secret" };
    expect(await push({ address: registry.address, credentials })).toMatchObject({ failed: [] });
    expect(registry.tags.size).toBe(3);
  });

  test("reports a wrong password and never names it", async () => {
    await using registry = await startFakeRegistry({ account: "robot:secret" });
    const credentials = { username: "robot", password: "mistyped" };
    const { failed } = await push({ address: registry.address, credentials });
    expect(failed[0]?.error).toMatchObject({ code: "BUNDLE_PUSH_REFUSED", params: { status: 401 } });
    expect(JSON.stringify(failed)).not.toContain("mistyped");
  });

  test("ends at once when it is cancelled", async () => {
    await using registry = await startFakeRegistry();
    const stop = new AbortController();
    registry.meddle = () => {
      stop.abort();
      return 503;
    };
    await expect(push({ address: registry.address }, stop.signal)).rejects.toMatchObject({
      code: "CANCELLED",
    });
    expect(registry.tags.size).toBe(0);
  });
});
