import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import type { ExtractedFile } from "../contract/api/bundles.ts";
import { type Descriptor, Manifest } from "../contract/bundle/manifest.ts";
import { ANNOTATION, SLIPWAY } from "../contract/bundle/media-types.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { FILE_MODE } from "../core/bundle/components/documents.ts";
import type { BlobReader, StoredBundle } from "../core/ports/bundle.ts";

/** What to take out, for which architecture, and where to put it. */
export interface Extraction {
  readonly component: string;
  readonly architecture: string;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Writes the files or packages of a component into a folder, as they were before they were compressed, with their
 * permissions. Each is checked against its digest before it gets its name. Rejects with BUNDLE_COMPONENT_MISSING.
 */
export const extractComponent = async (
  store: BlobReader,
  { record, index }: StoredBundle,
  { component, architecture, folder, signal }: Extraction,
): Promise<readonly ExtractedFile[]> => {
  const of = (entry: Descriptor, name: string): string => entry.annotations?.[name] ?? "";
  const plain = index.manifests.filter((entry) =>
    ["file", "package", "chart", "node-os", "installer", "other"].includes(of(entry, ANNOTATION.kind)),
  );
  const found = plain.filter(
    (entry) =>
      of(entry, ANNOTATION.component) === component &&
      [architecture, "all", ""].includes(of(entry, ANNOTATION.arch)),
  );
  if (found.length === 0) {
    const known = [...new Set(plain.map((entry) => of(entry, ANNOTATION.component)))].toSorted().join(", ");
    throw SlipwayError.of("BUNDLE_COMPONENT_MISSING", {
      bundle: `${record.name}:${record.version}`,
      component,
      architecture,
      known: known === "" ? "-" : known,
    });
  }
  await mkdir(folder, { recursive: true });
  const written: ExtractedFile[] = [];
  for (const { digest } of found) {
    const manifest = Manifest.parse(JSON.parse(Buffer.from(await store.readBlob(digest)).toString("utf8")));
    for (const layer of manifest.layers) {
      // Only the last part of the title: what a bundle says must not lead out of the folder.
      const path = join(folder, basename(of(layer, ANNOTATION.title)) || layer.digest.slice(-12));
      written.push({ path, size: await writeLayer(store, layer, { path, component, signal }) });
    }
  }
  return written;
};

const writeLayer = async (
  store: BlobReader,
  layer: Descriptor,
  {
    path,
    component,
    signal,
  }: { readonly path: string; readonly component: string; readonly signal: AbortSignal },
): Promise<number> => {
  const packed = layer.mediaType === SLIPWAY.fileZstd;
  const expected = packed ? layer.annotations?.[ANNOTATION.contentDigest] : layer.digest;
  const hash = createHash("sha256");
  let size = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  const mode = Number.parseInt(layer.annotations?.[FILE_MODE] ?? "0644", 8);
  const partial = `${path}.part`;
  try {
    const source = Readable.from(store.openBlob(layer.digest));
    const target = createWriteStream(partial, { mode });
    if (packed) await pipeline(source, createZstdDecompress(), counted, target, { signal });
    else await pipeline(source, counted, target, { signal });
    const actual = `sha256:${hash.digest("hex")}`;
    if (actual !== expected) {
      throw SlipwayError.of("BUNDLE_BLOB_DIGEST", { blob: layer.digest, component, actual });
    }
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return size;
};
