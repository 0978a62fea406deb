import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ComponentsLock, emptyLock } from "../../../contract/bundle/lock.ts";
import { OCI } from "../../../contract/bundle/media-types.ts";
import type { LayoutWriter } from "../../../core/ports/bundle.ts";
import { urlBuilder } from "../url/builder.ts";
import { parseReference } from "./reference.ts";
import { imagePuller } from "./puller.ts";

const sha = (bytes: string): string => createHash("sha256").update(bytes).digest("hex");
const layer = "layer";
const config = "{}";
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: OCI.manifest,
  config: { mediaType: OCI.config, digest: `sha256:${sha(config)}`, size: 2 },
  layers: [{ mediaType: OCI.layer, digest: `sha256:${sha(layer)}`, size: 5 }],
});
const index = JSON.stringify({
  schemaVersion: 2,
  mediaType: OCI.index,
  manifests: [
    {
      mediaType: OCI.manifest,
      digest: `sha256:${"0".repeat(64)}`,
      size: 1,
      platform: { os: "linux", architecture: "arm64" },
    },
    {
      mediaType: OCI.manifest,
      digest: `sha256:${sha(manifest)}`,
      size: manifest.length,
      platform: { os: "linux", architecture: "amd64" },
    },
  ],
});

let server: Server;
let base = "";
let cache = "";
/** What the server gives for the manifest asked for by digest; tests tamper with it. */
let served = manifest;
let tokens = 0;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "slipway-pull-"));
  server = createServer((request, response) => {
    const path = request.url ?? "";
    if (path.startsWith("/token")) {
      tokens += 1;
      response.end(JSON.stringify({ token: "good" }));
      return;
    }
    if (path.startsWith("/v2/") && request.headers.authorization !== "Bearer good") {
      response.writeHead(401, {
        "www-authenticate": `Bearer realm="${base}/token",service="s",scope="repository:x:pull"`,
      });
      response.end();
      return;
    }
    const repository = "/v2/registry.example/app";
    const answers: Record<string, [string, string]> = {
      [`${repository}/manifests/v1`]: [index, OCI.index],
      [`${repository}/manifests/sha256:${sha(manifest)}`]: [served, OCI.manifest],
      [`${repository}/blobs/sha256:${sha(layer)}`]: [layer, "application/octet-stream"],
      [`${repository}/blobs/sha256:${sha(config)}`]: [config, "application/octet-stream"],
      "/files.example/tool": ["tool", "application/octet-stream"],
    };
    const answer = answers[path];
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": answer?.[1] ?? "text/plain" });
    response.end(answer?.[0]);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await rm(cache, { recursive: true, force: true });
});
beforeEach(() => {
  served = manifest;
});

const source = { kind: "oci", reference: "registry.example/app:v1" } as const;
const target = {
  architecture: "amd64",
  signal: new AbortController().signal,
  onLine: () => undefined,
} as const;
const settings = () => ({ images: cache, cache, mirrors: { oci: base, url: base }, env: {} });
const makePuller = (lock: () => ComponentsLock) => imagePuller(settings(), () => Promise.resolve(lock()));

/** Keeps what was put, by digest; the real store checks digests itself and is tested with it. */
const memory = (): { writer: LayoutWriter; kept: Map<string, string> } => {
  const kept = new Map<string, string>();
  const writer = {
    sizeOf: (digest: string) => Promise.resolve(kept.get(digest)?.length),
    putBlob: async (
      from: { bytes?: Uint8Array; stream?: AsyncIterable<Uint8Array> },
      expected: { digest: string },
    ) => {
      const parts: Uint8Array[] = from.bytes === undefined ? [] : [from.bytes];
      for await (const part of from.stream ?? []) parts.push(part);
      kept.set(expected.digest, Buffer.concat(parts).toString());
      return expected;
    },
  };
  return { writer: writer as unknown as LayoutWriter, kept };
};

describe("an image from a registry", () => {
  test("is locked by the digest of its platform, and pulled whole with a token", async () => {
    const locked = await makePuller(() => emptyLock).resolve(source, emptyLock, target);
    expect(locked.oci[source.reference]).toEqual({ amd64: `sha256:${sha(manifest)}` });
    const { writer, kept } = memory();
    const pulled = await makePuller(() => locked).pull(source, { ...target, into: writer });
    expect(pulled.manifest.digest).toBe(`sha256:${sha(manifest)}`);
    expect([...kept.values()].toSorted()).toEqual([config, layer, manifest].toSorted());
    expect(tokens).toBeGreaterThan(0);
  });

  test("is refused when the content behind the locked digest is another", async () => {
    const locked = await makePuller(() => emptyLock).resolve(source, emptyLock, target);
    served = manifest.replace("layer", "other");
    const pull = makePuller(() => locked).pull(source, { ...target, into: memory().writer });
    await expect(pull).rejects.toMatchObject({ code: "BUILD_CHECKSUM_CHANGED" });
  });

  test("that is not in the lock is not fetched", async () => {
    await expect(makePuller(() => emptyLock).identity(source, target)).rejects.toMatchObject({
      code: "BUILD_NOT_LOCKED",
    });
  });

  test("that the registry does not have counts as out of reach", async () => {
    const other = { kind: "oci", reference: "registry.example/none:v1" } as const;
    await expect(makePuller(() => emptyLock).resolve(other, emptyLock, target)).rejects.toMatchObject({
      code: "BUILD_SOURCE_UNREACHABLE",
    });
  });
});

describe("a file by its address", () => {
  const file = { kind: "url", url: "https://files.example/tool", mode: "0755" } as const;

  test("comes from a mirror, under the host's name, and is checked", async () => {
    const locked = await urlBuilder(settings(), () => Promise.resolve(emptyLock)).resolve(
      file,
      emptyLock,
      target,
    );
    const built = await urlBuilder(settings(), () => Promise.resolve(locked)).build(file, target);
    expect(built.files).toMatchObject([{ path: "tool", mode: 0o755, size: 4 }]);
  });

  test("is refused when its content is another than the lock says", async () => {
    const wrong = { ...emptyLock, files: { [`url:${file.url}`]: { amd64: { integrity: "f".repeat(64) } } } };
    const build = urlBuilder(settings(), () => Promise.resolve(wrong)).build(file, target);
    await expect(build).rejects.toMatchObject({ code: "BUILD_CHECKSUM_CHANGED" });
  });
});

describe("an image name", () => {
  test.each([
    [
      "registry.k8s.io/coredns/coredns:v1",
      { host: "registry.k8s.io", repository: "coredns/coredns", version: "v1" },
    ],
    ["busybox", { host: "docker.io", repository: "library/busybox", version: "latest" }],
    ["rancher/x:v2", { host: "docker.io", repository: "rancher/x", version: "v2" }],
    ["localhost:5000/a@sha256:ff", { host: "localhost:5000", repository: "a", version: "sha256:ff" }],
  ])("%s is read as containerd reads it", (name, expected) => {
    expect(parseReference(name)).toEqual(expected);
  });

  test("with capitals is refused", () => {
    expect(() => parseReference("example.org/App:v1")).toThrow(
      expect.objectContaining({ code: "BUILD_RECIPE_INVALID" }),
    );
  });
});
