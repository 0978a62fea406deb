import type { Architecture } from "../../contract/bundle/components.ts";
import {
  Manifest,
  MAX_MANIFEST_BYTES,
  NestedIndex,
  type Descriptor,
  type Digest,
} from "../../contract/bundle/manifest.ts";
import { ANNOTATION, DOCKER, OCI, SLIPWAY } from "../../contract/bundle/media-types.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { FILE_MODE } from "../../core/bundle/components/documents.ts";
import { namesVersion } from "../../core/bundle/reference.ts";
import type { BlobReader, StoredBundle } from "../../core/ports/bundle.ts";
import type {
  Release,
  ReleaseBlob,
  ReleaseFile,
  ReleaseImage,
  ReleasePackage,
  Releases,
  SystemFile,
} from "../../core/ports/release.ts";

/** What is asked of the bundle store. */
export type ReleaseStore = Pick<BlobReader, "readBlob"> & {
  bundles(): Promise<readonly StoredBundle[]>;
};

/** Reads releases out of the bundles of a store. What was read is kept: a bundle never changes. */
export const createReleases = (store: ReleaseStore): Releases => {
  const read = new Map<string, Promise<Release>>();
  return {
    async open({ bundle: reference, kubernetes, architecture }) {
      const bundle = chooseBundle(await store.bundles(), { reference, kubernetes });
      const key = `${bundle.record.index} ${architecture}`;
      const release = read.get(key) ?? readRelease(store, bundle, architecture);
      read.set(key, release);
      release.catch(() => read.delete(key));
      return release;
    },
    async systems(architecture) {
      const bundles = await store.bundles();
      const found = bundles.findLast(({ index }) => index.manifests.some((entry) => isSystem(entry)));
      return found === undefined ? [] : readSystems(store, ofArchitecture(found, architecture));
    },
  };
};

const annotation = (descriptor: Descriptor, name: string): string => descriptor.annotations?.[name] ?? "";

const holds = ({ index }: StoredBundle, kubernetes: string): boolean =>
  index.manifests.some(
    (entry) =>
      annotation(entry, ANNOTATION.component) === "kubeadm" &&
      annotation(entry, ANNOTATION.version) === kubernetes,
  );

const chooseBundle = (
  bundles: readonly StoredBundle[],
  { reference, kubernetes }: { reference: string; kubernetes: string },
): StoredBundle => {
  const found = bundles.findLast(
    (bundle) =>
      holds(bundle, kubernetes) &&
      (reference === "latest" ||
        reference === bundle.record.index ||
        namesVersion(reference, bundle.record.version)),
  );
  if (found !== undefined) return found;
  const known = bundles.map(({ record }) => `${record.name} ${record.version}`).join(", ");
  throw SlipwayError.of("RELEASE_NOT_FOUND", { bundle: reference, kubernetes, known: known || "-" });
};

const readRelease = async (
  store: ReleaseStore,
  { record, index }: StoredBundle,
  architecture: Architecture,
): Promise<Release> => {
  const own = ofArchitecture({ index }, architecture);
  if (!own.some((entry) => annotation(entry, ANNOTATION.kind) === "file")) {
    throw SlipwayError.of("RELEASE_ARCHITECTURE", { bundle: record.version, architecture });
  }
  const kind = (name: string): readonly Descriptor[] =>
    own.filter((entry) => annotation(entry, ANNOTATION.kind) === name);
  const [files, images, packages, systems] = await Promise.all([
    Promise.all(kind("file").map((entry) => readFiles(store, entry))),
    Promise.all(kind("image").map((entry) => readImage(store, entry))),
    Promise.all(kind("package").map((entry) => readPackages(store, entry))),
    readSystems(store, own),
  ]);
  const created = Date.parse(index.annotations?.[ANNOTATION.created] ?? "");
  return {
    bundle: record.index,
    version: record.version,
    ...(Number.isNaN(created) ? {} : { created }),
    architecture,
    files: files.flat(),
    images,
    packages: packages.flat(),
    systems,
  };
};

const readJson = async (store: ReleaseStore, digest: Digest): Promise<unknown> =>
  JSON.parse(Buffer.from(await store.readBlob(digest, MAX_MANIFEST_BYTES)).toString("utf8")) as unknown;

const readManifest = async (store: ReleaseStore, digest: Digest): Promise<Manifest> =>
  Manifest.parse(await readJson(store, digest));

const blobOf = ({ digest, size }: Descriptor): ReleaseBlob => ({ digest, size });

const readFiles = async (store: ReleaseStore, entry: Descriptor): Promise<readonly ReleaseFile[]> => {
  const { layers } = await readManifest(store, entry.digest);
  return layers.map((layer) => {
    const compressed = layer.mediaType === SLIPWAY.fileZstd;
    const content = compressed
      ? {
          digest: annotation(layer, ANNOTATION.contentDigest),
          size: Number(annotation(layer, ANNOTATION.contentSize)),
        }
      : blobOf(layer);
    return {
      name: annotation(layer, ANNOTATION.title),
      component: annotation(entry, ANNOTATION.component),
      version: annotation(entry, ANNOTATION.version),
      mode: Number.parseInt(annotation(layer, FILE_MODE) || "0644", 8),
      blob: blobOf(layer),
      compressed,
      content,
    };
  });
};

const ofArchitecture = ({ index }: Pick<StoredBundle, "index">, architecture: Architecture): Descriptor[] =>
  index.manifests.filter((entry) => [architecture, "all", ""].includes(annotation(entry, ANNOTATION.arch)));

const isSystem = (entry: Descriptor): boolean =>
  ["node-os", "installer"].includes(annotation(entry, ANNOTATION.kind));

const readSystems = async (
  store: ReleaseStore,
  entries: readonly Descriptor[],
): Promise<readonly SystemFile[]> => {
  const read = entries.filter(isSystem).map(async (entry) => {
    const { layers } = await readManifest(store, entry.digest);
    return layers.map((layer) => ({
      name: annotation(layer, ANNOTATION.title),
      component: annotation(entry, ANNOTATION.component),
      blob: blobOf(layer),
    }));
  });
  return (await Promise.all(read)).flat();
};

const readPackages = async (store: ReleaseStore, entry: Descriptor): Promise<readonly ReleasePackage[]> => {
  const { layers } = await readManifest(store, entry.digest);
  return layers.map((layer) => ({
    component: annotation(entry, ANNOTATION.component),
    name: annotation(layer, "io.slipway.package.name"),
    version: annotation(layer, "io.slipway.package.version"),
    fileName: annotation(layer, ANNOTATION.title),
    blob: blobOf(layer),
  }));
};

/** An image for several architectures is read whole: the site's registries serve it as its digest says. */
const readImage = async (store: ReleaseStore, entry: Descriptor): Promise<ReleaseImage> => {
  const manifests = new Map<Digest, ReleaseBlob & { mediaType: string }>();
  const blobs = new Map<Digest, ReleaseBlob>();
  const walk = async ({ digest, size, mediaType }: Descriptor): Promise<void> => {
    if (manifests.has(digest)) return;
    manifests.set(digest, { digest, size, mediaType });
    if (mediaType === OCI.index || mediaType === DOCKER.list) {
      const { manifests: below } = NestedIndex.parse(await readJson(store, digest));
      for (const manifest of below) await walk(manifest);
      return;
    }
    const { config, layers } = await readManifest(store, digest);
    for (const part of [config, ...layers]) blobs.set(part.digest, blobOf(part));
  };
  await walk(entry);
  return {
    name: annotation(entry, ANNOTATION.refName),
    component: annotation(entry, ANNOTATION.component),
    digest: entry.digest,
    mediaType: entry.mediaType,
    manifests: [...manifests.values()],
    blobs: [...blobs.values()],
  };
};
