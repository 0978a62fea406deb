import { mkdir, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { BundleIndex, BundleRecord, Envelope } from "../../contract/bundle/index.ts";
import type { Descriptor, Digest } from "../../contract/bundle/manifest.ts";
import { ANNOTATION, OCI } from "../../contract/bundle/media-types.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { canonicalBytes, parseCanonical } from "../../core/bundle/canonical.ts";
import { BundleWalk, type OrderedBlob } from "../../core/bundle/order.ts";
import type { BlobReader, PublishInfo, StoredBundle } from "../../core/ports/bundle.ts";
import { hexOf } from "./blob-file.ts";
import { problemOf, systemCode, writeFailure } from "./errors.ts";
import { listFolder, syncFolder, writeAtomically, writeTogether } from "./files.ts";
import { digestOf } from "./hasher.ts";

/** What these functions need to know of a store. */
interface BundleFolders extends BlobReader {
  readonly root: string;
  folder(name: "bundles" | "tmp"): string;
  now(): number;
}

/** Walks the stored manifests of an index. Rejects with BUNDLE_BLOB_MISSING when a manifest is not there. */
export const walkStored = async (store: BlobReader, index: BundleIndex): Promise<BundleWalk> => {
  const walk = new BundleWalk(index);
  for (let entry = walk.nextManifest(); entry !== undefined; entry = walk.nextManifest()) {
    const bytes = await readNamed(store, entry);
    if (digestOf(bytes) !== entry.digest) {
      throw SlipwayError.of("BUNDLE_BLOB_DIGEST", {
        blob: entry.digest,
        component: entry.component,
        actual: digestOf(bytes),
      });
    }
    walk.accept(bytes);
  }
  return walk;
};

/** Everything a bundle consists of, each blob once, in the order of the transport file. */
export const closureOf = async (store: BlobReader, index: BundleIndex): Promise<readonly OrderedBlob[]> => {
  const walk = await walkStored(store, index);
  return [...walk.manifests, ...walk.blobs];
};

/** Rejects with BUNDLE_INCOMPLETE unless every blob is stored with its size; otherwise counts them. */
export const requireComplete = async (
  store: BlobReader,
  index: BundleIndex,
): Promise<{ bytes: number; blobs: number }> => {
  const closure = await closureOf(store, index);
  const missing: OrderedBlob[] = [];
  for (const blob of closure) if ((await store.sizeOf(blob.digest)) !== blob.size) missing.push(blob);
  const [first] = missing;
  if (first !== undefined) {
    throw SlipwayError.of("BUNDLE_INCOMPLETE", {
      count: missing.length,
      blob: first.digest,
      component: first.component,
    });
  }
  return { bytes: closure.reduce((sum, blob) => sum + blob.size, 0), blobs: closure.length };
};

/** Writes the three files of a bundle apart and shows them with one rename. */
export const writeBundle = async (
  store: BundleFolders,
  bundle: Omit<StoredBundle, "record">,
  about: PublishInfo & Pick<BundleRecord, "trust" | "bytes" | "blobs"> & { digest: Digest },
): Promise<BundleRecord> => {
  const record: BundleRecord = {
    index: about.digest,
    name: bundle.index.annotations[ANNOTATION.bundleName] ?? "bundle",
    version: bundle.index.annotations[ANNOTATION.bundleVersion] ?? "0",
    at: store.now(),
    by: about.by,
    source: about.source,
    trust: about.trust,
    bytes: about.bytes,
    blobs: about.blobs,
  };
  const fresh = join(store.folder("tmp"), `bundle-${hexOf(about.digest)}`);
  const final = join(store.folder("bundles"), hexOf(about.digest));
  try {
    // The index of a bundle that is known already cannot differ: only its signatures and record are replaced.
    const known = await stat(final).then(
      () => true,
      () => false,
    );
    const folder = known ? final : fresh;
    await mkdir(folder, { recursive: true });
    const [envelope, recorded] = [canonicalBytes(bundle.envelope), canonicalBytes(record)];
    if (known) {
      await writeAtomically(join(folder, "envelope.json"), envelope);
      await writeAtomically(join(folder, "record.json"), recorded);
    } else {
      await writeTogether(
        new Map<string, Uint8Array>([
          [join(folder, "index.json"), bundle.indexBytes],
          [join(folder, "envelope.json"), envelope],
          [join(folder, "record.json"), recorded],
        ]),
      );
      await syncFolder(folder);
      await rename(fresh, final);
    }
    await syncFolder(store.folder("bundles"));
  } catch (error) {
    throw writeFailure(error, store.root, `bundle ${record.name} ${record.version}`);
  }
  return record;
};

/** Reads all bundles; one whose files were damaged is an error that names it, never silently left out. */
export const readBundles = async (store: BundleFolders): Promise<readonly StoredBundle[]> => {
  const found: StoredBundle[] = [];
  for (const name of await listFolder(store.folder("bundles"))) {
    const folder = join(store.folder("bundles"), name);
    try {
      const indexBytes = await readFile(join(folder, "index.json"));
      if (hexOf(digestOf(indexBytes)) !== name) throw new Error("index.json was altered");
      found.push({
        indexBytes,
        index: BundleIndex.parse(parseCanonical(indexBytes)),
        envelope: Envelope.parse(parseCanonical(await readFile(join(folder, "envelope.json")))),
        record: BundleRecord.parse(parseCanonical(await readFile(join(folder, "record.json")))),
      });
    } catch (error) {
      if (systemCode(error) === "ENOENT" && !(await listFolder(store.folder("bundles"))).includes(name))
        continue;
      throw SlipwayError.of("BUNDLE_STORE_BAD", {
        store: store.root,
        problem: `bundles/${name}: ${problemOf(error)}`,
      });
    }
  }
  return found.toSorted((a, b) => a.record.at - b.record.at || (a.record.index < b.record.index ? -1 : 1));
};

/**
 * Keeps `index.json` of the store listing every manifest of every bundle, for stock tools that read the folder. Nothing
 * of ours depends on it; a crash before it is written is made good by the next writer.
 */
export const writeRootIndex = async (store: BundleFolders): Promise<void> => {
  const seen = new Map<string, Descriptor>();
  for (const bundle of await readBundles(store)) {
    for (const descriptor of bundle.index.manifests) {
      seen.set(`${descriptor.digest} ${descriptor.annotations?.[ANNOTATION.refName] ?? ""}`, descriptor);
    }
  }
  const manifests = [...seen.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  await writeAtomically(
    join(store.root, "index.json"),
    canonicalBytes({ schemaVersion: 2, mediaType: OCI.index, manifests }),
  );
};

const readNamed = async (store: BlobReader, entry: OrderedBlob): Promise<Uint8Array> => {
  try {
    return await store.readBlob(entry.digest);
  } catch (error) {
    if (error instanceof SlipwayError && error.code === "BUNDLE_BLOB_MISSING") {
      throw SlipwayError.of(
        "BUNDLE_BLOB_MISSING",
        { blob: entry.digest, component: entry.component },
        { cause: error },
      );
    }
    throw error;
  }
};
