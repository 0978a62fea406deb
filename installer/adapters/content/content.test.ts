// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 needs it before anything else
import "reflect-metadata";
import { createHash, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StoredBundle } from "../../core/ports/bundle.ts";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import type { IssuedCertificate } from "../../core/ports/site-ca.ts";
import { createContent, type OpenedContent } from "./content.ts";

const sha = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const plain = Buffer.from("kubelet ".repeat(50_000));
const packed = zstdCompressSync(plain);
const manifest = Buffer.from('{"schemaVersion":2,"config":{},"layers":[]}');
const other = Buffer.from("not offered");

const [machine] = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "c",
  machines: [{ name: "m1", address: "127.0.0.1" }],
}).machines;

let folder: string;
let content: OpenedContent;
let issued: IssuedCertificate;

const selfSigned = async (): Promise<IssuedCertificate> => {
  const signingAlgorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=test",
    keys,
    signingAlgorithm,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }])],
  });
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: certificate.toString("pem"),
    privateKey: x509.PemConverter.encode(key, "PRIVATE KEY"),
    notAfter: certificate.notAfter.getTime(),
  };
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slipway-content-"));
  for (const bytes of [packed, manifest, other]) writeFileSync(join(folder, sha(bytes)), bytes);
  issued = await selfSigned();
  const index = {
    manifests: [
      {
        digest: sha(manifest),
        annotations: { "org.opencontainers.image.ref.name": "registry.k8s.io/pause:3.10.2" },
      },
    ],
  };
  content = createContent({
    store: {
      sizeOf: async (digest) => [packed, manifest, other].find((bytes) => sha(bytes) === digest)?.length,
      readBlob: async (digest) => readFileSync(join(folder, digest)),
      blobPath: (digest) => join(folder, digest),
      bundles: async () => [{ index } as unknown as StoredBundle],
    },
    siteCa: { issue: async () => issued },
    redactor: { add: () => undefined },
    port: 0,
    scratch: join(folder, "scratch"),
  });
});

afterAll(async () => {
  await content.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const ask = (
  url: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const query = request(url, { method, headers, ca: issued.certificate, agent: false }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on("data", (piece: Buffer) => pieces.push(piece));
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) }),
      );
      answer.on("error", reject);
    });
    query.on("error", reject).end();
  });

const offered = async () => {
  if (machine === undefined) throw new Error("no machine");
  return content.offer(machine, { digests: [sha(packed)], rank: 0 });
};

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const name = (bytes: Uint8Array): string => sha(bytes).slice("sha256:".length);

describe("content for machines", () => {
  test("is sent as it is stored, or decompressed when the machine cannot do that", async () => {
    const { url, token } = await offered();
    const stored = await ask(`${url}/${name(packed)}`, { headers: bearer(token) });
    expect(stored.status).toBe(200);
    expect(sha(stored.body)).toBe(sha(packed));
    const unpacked = await ask(`${url}/${name(packed)}?plain`, { headers: bearer(token) });
    expect(sha(unpacked.body)).toBe(sha(plain));
  });

  test("goes on where a transfer was cut off", async () => {
    const { url, token } = await offered();
    const rest = await ask(`${url}/${name(packed)}`, {
      headers: { ...bearer(token), range: "bytes=10-" },
    });
    expect(rest.status).toBe(206);
    expect(Buffer.concat([packed.subarray(0, 10), rest.body])).toEqual(packed);
    expect(rest.headers["content-range"]).toBe(`bytes 10-${packed.length - 1}/${packed.length}`);
    const beyond = await ask(`${url}/${name(packed)}`, {
      headers: { ...bearer(token), range: `bytes=${packed.length}-` },
    });
    expect(beyond.status).toBe(416);
  });

  test("is given to nobody without a token, and by a token only what was offered", async () => {
    const { url, token } = await offered();
    expect((await ask(`${url}/${name(packed)}`)).status).toBe(401);
    expect((await ask(`${url}/${name(packed)}`, { headers: bearer("guess") })).status).toBe(403);
    expect((await ask(`${url}/${name(other)}`, { headers: bearer(token) })).status).toBe(403);
  });

  test("ends with its offer", async () => {
    const offer = await offered();
    await offer[Symbol.asyncDispose]();
    expect((await ask(`${offer.url}/${name(packed)}`, { headers: bearer(offer.token) })).status).toBe(403);
  });

  test("can be had as a file, for machines that are reached by SSH only", async () => {
    const path = await content.file({ digest: sha(packed), plain: sha(plain) });
    expect(sha(readFileSync(path))).toBe(sha(plain));
    expect(await content.file({ digest: sha(packed) })).toBe(join(folder, sha(packed)));
  });

  test.each([
    ["../../etc/passwd", 404],
    ["content/../secret", 404],
    [`content/${"g".repeat(64)}`, 404],
  ])("has nothing at %s", async (path, status) => {
    const { url } = await offered();
    expect((await ask(`${new URL(url).origin}/${path}`)).status).toBe(status);
  });

  test("cannot be written to", async () => {
    const { url, token } = await offered();
    const put = await ask(`${url}/${name(packed)}`, { method: "PUT", headers: bearer(token) });
    expect(put.status).toBe(405);
  });
});

describe("images on the appliance", () => {
  test("are found by upstream name and tag, and by digest, as a registry answers", async () => {
    const origin = new URL((await offered()).url).origin;
    expect((await ask(`${origin}/v2/`)).status).toBe(200);
    for (const reference of ["3.10.2", sha(manifest)]) {
      const found = await ask(`${origin}/v2/registry.k8s.io/pause/manifests/${reference}`);
      expect(found.status).toBe(200);
      expect(found.headers["docker-content-digest"]).toBe(sha(manifest));
      expect(found.headers["content-type"]).toBe("application/vnd.oci.image.manifest.v1+json");
      expect(found.body).toEqual(manifest);
    }
    const blob = await ask(`${origin}/v2/registry.k8s.io/pause/blobs/${sha(packed)}`, { method: "HEAD" });
    expect(blob.headers["content-length"]).toBe(String(packed.length));
  });

  test("that no bundle has are not found", async () => {
    const origin = new URL((await offered()).url).origin;
    for (const path of ["registry.k8s.io/pause/manifests/9", `x/y/blobs/sha256:${"0".repeat(64)}`]) {
      expect((await ask(`${origin}/v2/${path}`)).status).toBe(404);
    }
  });
});

describe("the address of the appliance", () => {
  test("is the one that the machine's network leads to, and a taken port is told", async () => {
    if (machine === undefined) throw new Error("no machine");
    const { address, port } = await content.addressFor(machine);
    expect(address).toBe("127.0.0.1");
    const second = createContent({
      store: {
        sizeOf: async () => undefined,
        readBlob: async () => Buffer.alloc(0),
        blobPath: () => "",
        bundles: async () => [],
      },
      siteCa: { issue: async () => issued },
      redactor: { add: () => undefined },
      port,
      scratch: folder,
    });
    await expect(second.addressFor(machine)).rejects.toMatchObject({
      code: "CONTENT_PORT_TAKEN",
      params: { problem: "EADDRINUSE" },
    });
  });
});
