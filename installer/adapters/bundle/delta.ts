import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { PatchEntry } from "../../contract/bundle/index.ts";
import type { Inventory } from "../../contract/bundle/inventory.ts";
import type { Digest } from "../../contract/bundle/manifest.ts";
import { ANNOTATION } from "../../contract/bundle/media-types.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { OrderedBlob } from "../../core/bundle/order.ts";
import type { BasePacking } from "../../core/bundle/patch-format.ts";
import type { OnProgress, StoredBundle } from "../../core/ports/bundle.ts";
import { closureOf, walkStored } from "./bundles.ts";
import type { PlannedDelta } from "./export.ts";
import { makePatch, type PackedBlob } from "./patch-make.ts";
import type { BundleStore } from "./store.ts";
import { isCompressor } from "./zstd.ts";

/** How patches are made, followed and stopped. */
export interface DeltaOptions {
  /** Where patches are made; needs room for the unpacked content of a few blobs. */
  readonly folder: string;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Patches made at the same time; bsdiff is the one that needs the memory, ten times the file each. */
const PARALLEL = 2;

/** Blobs below this size travel whole. */
const MIN_BLOB_BYTES = 16_384;

/** Works out what a site lacks of a bundle, and makes patches against what it has. */
export const planDelta = async (
  store: BundleStore,
  { bundle, since: inventory }: { bundle: StoredBundle; since: Inventory },
  options: DeltaOptions,
): Promise<PlannedDelta> => {
  const bases = await basesOf(store, inventory);
  const has = new Set<Digest>([...inventory.blobs, ...bases.map((base) => base.digest)]);
  const walk = await walkStored(store, bundle.index);
  const present = walk.blobs.filter((blob) => has.has(blob.digest)).map((blob) => blob.digest);
  const lacking = walk.blobs.filter((blob) => !has.has(blob.digest) && blob.size >= MIN_BLOB_BYTES);
  await mkdir(options.folder, { recursive: true });
  const patches: PatchEntry[] = [];
  const total = lacking.reduce((sum, blob) => sum + blob.size, 0);
  let done = 0;
  const queue = lacking.toSorted((a, b) => b.size - a.size);
  const lane = async (): Promise<void> => {
    for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
      options.onProgress({ stage: "difference", done, total, unit: "bytes", item: target.component });
      const patch = await patchFor(store, { target, base: mostAlike(target, bases) }, options);
      if (patch !== undefined) patches.push(patch);
      done += target.size;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: PARALLEL }, lane));
  for (const result of lanes) if (result.status === "rejected") throw result.reason;
  return {
    delta: {
      schema: 1,
      present: present.toSorted(),
      patches: patches.toSorted((a, b) => (a.target < b.target ? -1 : 1)),
    },
    patchPath: (digest) => join(options.folder, digest.slice("sha256:".length)),
  };
};

/** Everything the site has that lies in this store too, so that a patch can be made against it. */
const basesOf = async (store: BundleStore, inventory: Inventory): Promise<readonly OrderedBlob[]> => {
  const bundles = await store.bundles();
  const listed = new Set(inventory.blobs);
  const named = new Set(inventory.bundles);
  for (const digest of inventory.bundles) {
    if (listed.size === 0 && !bundles.some(({ record }) => record.index === digest)) {
      throw SlipwayError.of("BUNDLE_INVENTORY_UNKNOWN", { bundle: digest });
    }
  }
  const bases = new Map<Digest, OrderedBlob>();
  for (const { record, index } of bundles) {
    for (const blob of await closureOf(store, index)) {
      const atSite = listed.size === 0 ? named.has(record.index) : listed.has(blob.digest);
      if (atSite && (await store.hasBlob(blob.digest))) bases.set(blob.digest, blob);
    }
  }
  return [...bases.values()];
};

const patchFor = async (
  store: BundleStore,
  { target, base }: { target: OrderedBlob; base: OrderedBlob | undefined },
  options: DeltaOptions,
): Promise<PatchEntry | undefined> => {
  const fresh = packed(store, target);
  if (base === undefined || fresh === undefined) return undefined;
  const old = packed(store, base) ?? { ...fresh, ...base, path: store.blobPath(base.digest) };
  const patch = await makePatch({
    base: old,
    target: fresh,
    component: target.component,
    folder: options.folder,
    signal: options.signal,
  });
  return patch === undefined
    ? undefined
    : {
        target: target.digest,
        size: target.size,
        base: base.digest,
        baseSize: base.size,
        patch: patch.digest,
        patchSize: patch.size,
      };
};

/** Same component, same kind of content, same file name where there is one; of those the nearest in size. */
const mostAlike = (target: OrderedBlob, bases: readonly OrderedBlob[]): OrderedBlob | undefined => {
  const title = target.annotations[ANNOTATION.title];
  const alike = bases.filter(
    (base) =>
      nameless(base.component) === nameless(target.component) &&
      base.mediaType === target.mediaType &&
      (title === undefined || base.annotations[ANNOTATION.title] === title) &&
      base.size >= MIN_BLOB_BYTES,
  );
  return alike.toSorted((a, b) => Math.abs(a.size - target.size) - Math.abs(b.size - target.size))[0];
};

/** An image's name without its tag, so that versions of one image are recognised. */
const nameless = (component: string): string => component.replace(/:[^:/]+$/, "");

/** How a blob is packed; undefined when its packer is not one of ours, so that it could not be packed again. */
const packed = (store: BundleStore, blob: OrderedBlob): PackedBlob | undefined => {
  const compressor = blob.annotations[ANNOTATION.compressor];
  const packing: BasePacking = blob.mediaType.endsWith("+zstd")
    ? "zstd"
    : blob.mediaType.endsWith("+gzip")
      ? "gzip"
      : "none";
  if (packing !== "none" && (compressor === undefined || !isCompressor(compressor))) return undefined;
  return {
    digest: blob.digest,
    size: blob.size,
    path: store.blobPath(blob.digest),
    packing,
    compressor: packing === "none" ? null : (compressor ?? null),
    isTar: blob.mediaType.includes(".tar"),
  };
};
