import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { BundleIndex, BundleRecord } from "../../installer/contract/bundle/index.ts";
import { type Descriptor, EMPTY_CONFIG } from "../../installer/contract/bundle/manifest.ts";
import { ANNOTATION, OCI, SLIPWAY } from "../../installer/contract/bundle/media-types.ts";
import { TAR_TRAILER_BYTES, tarHeader, tarPadding } from "../../installer/core/bundle/tar.ts";
import type { LayoutWriter } from "../../installer/core/ports/bundle.ts";

/** Bytes that look random and are the same in every run. */
export const noise = (size: number, seed: string): Buffer => {
  const bytes = Buffer.allocUnsafe(size);
  let block = createHash("sha256").update(seed).digest();
  for (let at = 0; at < size; at += block.length) {
    block.copy(bytes, at);
    block = createHash("sha256").update(block).digest();
  }
  return bytes;
};

/** A tar archive with these files. */
export const tarOf = (files: Readonly<Record<string, Uint8Array>>): Buffer =>
  Buffer.concat([
    ...Object.entries(files).flatMap(([name, bytes]) => [
      tarHeader(name, bytes.length),
      bytes,
      new Uint8Array(tarPadding(bytes.length)),
    ]),
    new Uint8Array(TAR_TRAILER_BYTES),
  ]);

export interface SampleImage {
  readonly name: string;
  readonly component: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

export interface Sample {
  readonly version?: string;
  readonly images?: readonly SampleImage[];
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

const never = new AbortController().signal;

/** Stores an image the way the builders do and gives the descriptor for the index. */
export const putImage = async (store: LayoutWriter, image: SampleImage): Promise<Descriptor> => {
  const layer = await store.putCompressed({ bytes: tarOf(image.files) }, never);
  const config = await store.putJson(OCI.config, {
    architecture: "amd64",
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: [layer.contentDigest] },
  });
  const manifest = await store.putJson(OCI.manifest, {
    schemaVersion: 2,
    mediaType: OCI.manifest,
    config,
    layers: [
      {
        mediaType: OCI.layerZstd,
        digest: layer.digest,
        size: layer.size,
        annotations: { [ANNOTATION.compressor]: layer.compressor },
      },
    ],
  });
  return {
    ...manifest,
    platform: { architecture: "amd64", os: "linux" },
    annotations: {
      [ANNOTATION.refName]: image.name,
      [ANNOTATION.component]: image.component,
      [ANNOTATION.kind]: "image",
    },
  };
};

/** Stores a plain file as an artefact. */
export const putFile = async (store: LayoutWriter, title: string, bytes: Uint8Array): Promise<Descriptor> => {
  const blob = await store.putBlob({ bytes }, {}, never);
  await store.putBlob({ bytes: Buffer.from("{}") }, EMPTY_CONFIG, never);
  const manifest = await store.putJson(OCI.manifest, {
    schemaVersion: 2,
    mediaType: OCI.manifest,
    artifactType: SLIPWAY.file,
    config: EMPTY_CONFIG,
    layers: [{ mediaType: "application/octet-stream", ...blob, annotations: { [ANNOTATION.title]: title } }],
  });
  return {
    ...manifest,
    artifactType: SLIPWAY.file,
    annotations: {
      [ANNOTATION.component]: title,
      [ANNOTATION.title]: title,
      [ANNOTATION.kind]: "file",
      [ANNOTATION.arch]: "amd64",
    },
  };
};

/** Builds a small bundle and publishes it. */
export const buildSample = async (
  store: LayoutWriter,
  sample: Sample = DEFAULT_SAMPLE,
): Promise<{ record: BundleRecord; index: BundleIndex }> => {
  const manifests: Descriptor[] = [];
  for (const image of sample.images ?? []) manifests.push(await putImage(store, image));
  for (const [title, bytes] of Object.entries(sample.files ?? {})) {
    manifests.push(await putFile(store, title, bytes));
  }
  const index: BundleIndex = {
    schemaVersion: 2,
    mediaType: OCI.index,
    artifactType: SLIPWAY.bundle,
    manifests,
    annotations: {
      [ANNOTATION.bundleName]: "sample",
      [ANNOTATION.bundleVersion]: sample.version ?? "1.0.0",
    },
  };
  const record = await store.publish(index, { by: "test", source: "sample" }, never);
  return { record, index };
};

/** Two images and two files, some 200 kB in all. */
export const DEFAULT_SAMPLE: Sample = {
  images: [
    {
      name: "registry.example/alpha:v1",
      component: "alpha",
      files: { "bin/alpha": noise(60_000, "alpha"), "etc/alpha.conf": gzipSync("alpha") },
    },
    {
      name: "registry.example/beta:v1",
      component: "beta",
      files: { "bin/beta": noise(50_001, "beta") },
    },
  ],
  files: { "tool.bin": noise(30_003, "tool"), "empty.bin": new Uint8Array(0) },
};
