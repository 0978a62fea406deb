import { BundleIndex, type BundleRecord, type Envelope } from "../contract/bundle/index.ts";
import type { Inventory } from "../contract/bundle/inventory.ts";
import { type Descriptor, EMPTY_CONFIG } from "../contract/bundle/manifest.ts";
import { ANNOTATION, OCI } from "../contract/bundle/media-types.ts";
import type { Rotation } from "../contract/bundle/trust.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { parseCanonical } from "../core/bundle/canonical.ts";
import {
  imagesOf,
  signatureDescriptor,
  signatureManifest,
  signaturePayload,
  withoutSignatures,
} from "../core/bundle/image-signature.ts";
import { inventoryText, makeInventory } from "../core/bundle/inventory.ts";
import { componentOf } from "../core/bundle/order.ts";
import { namesVersion, newestVersion } from "../core/bundle/reference.ts";
import { makeRotation } from "../core/bundle/trust.ts";
import type { FsckFinding, GcResult, StoredBundle } from "../core/ports/bundle.ts";
import type { BundleSigner } from "../core/ports/bundle-trust.ts";
import type { Bundles, ExportSummary, ImportSummary, RunOptions } from "../core/ports/bundle-transport.ts";
import type { TrustService } from "./bundle-trust.ts";

/** One line of a listing. */
export interface BundleItem {
  readonly kind: string;
  readonly component: string;
  readonly name: string;
  readonly arch: string;
  readonly digest: string;
}

/** What is in a bundle. */
export interface BundleInfo {
  readonly index: string;
  readonly name: string;
  readonly version: string;
  readonly signedBy: readonly string[];
  readonly items: readonly BundleItem[];
  readonly blobs: number;
  readonly bytes: number;
  readonly delta: "full" | "delta";
  /** How a stored bundle got here. */
  readonly taken?: {
    readonly by: string;
    readonly at: number;
    readonly source: string;
    /** No trusted key vouched for it: somebody allowed that, or it was built here. */
    readonly unsigned: boolean;
  };
}

/** What changed from one bundle to another. */
export interface BundleDifference {
  readonly added: readonly BundleItem[];
  readonly removed: readonly BundleItem[];
  readonly changed: readonly { readonly before: BundleItem; readonly after: BundleItem }[];
  /** Bytes of blobs that the newer has and the older has not. */
  readonly newBytes: number;
}

/** Whether a bundle that no trusted key has signed may be read. */
export interface ReadPolicy {
  readonly unsigned: "refuse" | "allow";
  /** Architectures the bundle must serve; BUNDLE_ARCH_MISSING otherwise. */
  readonly arch?: readonly string[];
}

/** Everything an operator does with bundles. Locations: a file, parts in any order, an URL, or `-`. */
export interface BundleService {
  list(): Promise<readonly BundleRecord[]>;
  info(reference: string): Promise<BundleInfo>;
  peek(locations: readonly string[], run: RunOptions): Promise<BundleInfo>;
  verify(locations: readonly string[], policy: ReadPolicy, run: RunOptions): Promise<BundleInfo>;
  import(
    locations: readonly string[],
    policy: ReadPolicy & { by: string },
    run: RunOptions,
  ): Promise<ImportSummary>;
  export(
    request: { reference: string; path: string; partBytes?: number; since?: Inventory; scratch?: string },
    run: RunOptions,
  ): Promise<ExportSummary>;
  diff(older: string, newer: string): Promise<BundleDifference>;
  inventory(site: string): Promise<{ inventory: Inventory; text: string | undefined }>;
  /** Signs the images, then the index. The result is a bundle of its own with a new digest; the unsigned one is dropped. */
  sign(
    request: { reference: string; signer: BundleSigner; rotations?: readonly Rotation[]; by: string },
    signal: AbortSignal,
  ): Promise<BundleRecord>;
  rotate(old: BundleSigner, fresh: Pick<BundleSigner, "keyId" | "publicKey">): Rotation;
  /** Forgets a bundle. `users` are those who still need it: not empty rejects with BUNDLE_IN_USE. */
  remove(reference: string, users: readonly string[]): Promise<void>;
  gc(options: { dryRun: "yes" | "no"; keep: readonly string[] }): Promise<GcResult>;
  fsck(repair: "yes" | "no", run: RunOptions): Promise<readonly FsckFinding[]>;
}

/** Builds the use cases over a store. */
export const bundleService = (store: Bundles, trust: TrustService): BundleService => {
  const find = async (reference: string): Promise<StoredBundle> =>
    pickBundle(await store.bundles(), reference);
  return {
    list: async () => (await store.bundles()).map(({ record }) => record),
    info: async (reference) => {
      const bundle = await find(reference);
      const { bytes, blobs, by, at, source, trust: judged } = bundle.record;
      return {
        ...describe({ ...bundle, indexDigest: bundle.record.index, bytes, blobs, delta: "full" }),
        taken: { by, at, source, unsigned: judged.state === "unsigned" },
      };
    },
    peek: async (locations, run) => describeHead(await store.peek(locations, run)),
    verify: async (locations, policy, run) => {
      const info = describeHead(await store.verify(locations, trust.approval(policy), run));
      requireArch(info, policy.arch);
      return info;
    },
    import: async (locations, { by, ...policy }, run) => {
      const judge = trust.approval(policy);
      const approve: typeof judge = async (index, indexBytes, envelope) => {
        const answer = await judge(index, indexBytes, envelope);
        const present = archesOf(indexBytes);
        requireArches(policy.arch, present);
        return answer;
      };
      return store.import(locations, { ...run, approve, about: { by, source: locations.join(" ") } });
    },
    export: async ({ reference, ...request }, run) =>
      store.export({ ...request, bundle: await find(reference) }, run),
    diff: async (older, newer) => {
      const [before, after] = [await find(older), await find(newer)];
      const old = new Set((await store.closure(before)).map(({ digest }) => digest));
      const newBytes = (await store.closure(after))
        .filter(({ digest }) => !old.has(digest))
        .reduce((sum, { size }) => sum + size, 0);
      return { ...compare(itemsOf(before.index), itemsOf(after.index)), newBytes };
    },
    inventory: async (site) => {
      const bundles = await store.bundles();
      const blobs: string[] = [];
      for (const bundle of bundles) blobs.push(...(await store.closure(bundle)).map(({ digest }) => digest));
      const inventory = makeInventory(
        site,
        bundles.map(({ record }) => record.index),
        blobs,
      );
      return { inventory, text: inventoryText(inventory) };
    },
    sign: async ({ reference, signer, rotations = [], by }, signal) => {
      const bundle = await find(reference);
      const index = await signImages(store, { index: bundle.index, signer }, signal);
      const signed = await store.publish(index, { by, source: bundle.record.source }, signal);
      const fresh = await find(signed.index);
      const { keyId, publicKey } = signer;
      const others = fresh.envelope.signatures.filter((signature) => signature.keyId !== keyId);
      const envelope: Envelope = {
        ...fresh.envelope,
        signatures: [{ keyId, publicKey, signature: signer.sign(fresh.indexBytes) }, ...others],
        rotations: [...rotations],
      };
      const record = await store.resign(fresh, envelope, { state: "trusted", keyId });
      if (record.index !== bundle.record.index) await store.remove(bundle.record.index);
      return record;
    },
    rotate: makeRotation,
    remove: async (reference, users) => {
      const { record } = await find(reference);
      if (users.length > 0) {
        throw SlipwayError.of("BUNDLE_IN_USE", { bundle: reference, users: users.join(", ") });
      }
      await store.remove(record.index);
    },
    gc: async (options) => store.collect(options),
    fsck: async (repair, run) => store.check({ ...run, repair }),
  };
};

/**
 * Finds a bundle by `name`, `name:version`, or the first digits of its digest. A series, as in `slipway:1.37`, stands for
 * its newest version.
 */
export const pickBundle = (bundles: readonly StoredBundle[], reference: string): StoredBundle => {
  const exact = bundles.filter(({ record }) => {
    const hex = record.index.slice("sha256:".length);
    return (
      record.index === reference ||
      `${record.name}:${record.version}` === reference ||
      record.name === reference ||
      (reference.length >= 6 && hex.startsWith(reference))
    );
  });
  const fits = exact.length > 0 ? exact : newestOfSeries(bundles, reference);
  const [only] = fits;
  if (only === undefined) throw SlipwayError.of("BUNDLE_NOT_FOUND", { bundle: reference });
  if (fits.length > 1) throw SlipwayError.of("BUNDLE_AMBIGUOUS", { bundle: reference, count: fits.length });
  return only;
};

const newestOfSeries = (bundles: readonly StoredBundle[], reference: string): readonly StoredBundle[] => {
  const series = bundles.filter(({ record: { name, version } }) =>
    namesVersion(reference, `${name}:${version}`),
  );
  const newest = newestVersion(series.map(({ record }) => record.version));
  return series.filter(({ record }) => record.version === newest);
};

const signImages = async (
  store: Bundles,
  { index, signer }: { index: BundleIndex; signer: BundleSigner },
  signal: AbortSignal,
): Promise<BundleIndex> => {
  const bare = withoutSignatures(index);
  await store.putBlob({ bytes: new TextEncoder().encode("{}") }, EMPTY_CONFIG, signal);
  const signatures: Descriptor[] = [];
  for (const image of imagesOf(bare)) {
    const payload = signaturePayload(image);
    const blob = await store.putBlob({ bytes: payload }, {}, signal);
    const manifest = signatureManifest(image, { ...blob, signature: signer.sign(payload) });
    signatures.push(signatureDescriptor(await store.putJson(OCI.manifest, manifest), image));
  }
  return { ...bare, manifests: [...bare.manifests, ...signatures] };
};

const describeHead = (head: Awaited<ReturnType<Bundles["peek"]>>): BundleInfo =>
  describe({
    ...head,
    blobs: head.blobs.length + head.manifests.length,
    bytes: [...head.blobs, ...head.manifests].reduce((sum, { size }) => sum + size, 0),
    delta: head.delta === undefined ? "full" : "delta",
  });

const describe = (of: {
  index: BundleIndex;
  indexDigest: string;
  envelope: Envelope;
  blobs: number;
  bytes: number;
  delta: BundleInfo["delta"];
}): BundleInfo => ({
  index: of.indexDigest,
  name: of.index.annotations[ANNOTATION.bundleName] ?? "bundle",
  version: of.index.annotations[ANNOTATION.bundleVersion] ?? "0",
  signedBy: of.envelope.signatures.map(({ keyId }) => keyId),
  items: itemsOf(of.index),
  blobs: of.blobs,
  bytes: of.bytes,
  delta: of.delta,
});

const itemsOf = (index: BundleIndex): readonly BundleItem[] =>
  index.manifests.map((descriptor) => ({
    kind: descriptor.annotations?.[ANNOTATION.kind] ?? "other",
    component: componentOf(descriptor),
    name:
      descriptor.annotations?.[ANNOTATION.refName] ??
      descriptor.annotations?.[ANNOTATION.title] ??
      componentOf(descriptor),
    arch: descriptor.platform?.architecture ?? descriptor.annotations?.[ANNOTATION.arch] ?? "all",
    digest: descriptor.digest,
  }));

/** Architectures an index serves; none when it is malformed, which its reader reports better. */
const archesOf = (indexBytes: Uint8Array): readonly string[] => {
  try {
    const index = BundleIndex.safeParse(parseCanonical(indexBytes));
    return index.success ? itemsOf(index.data).map(({ arch }) => arch) : [];
  } catch {
    return [];
  }
};

const requireArch = (info: BundleInfo, wanted: readonly string[] | undefined): void =>
  requireArches(
    wanted,
    info.items.map(({ arch }) => arch),
  );

const requireArches = (wanted: readonly string[] | undefined, present: readonly string[]): void => {
  const held = [...new Set(present.flatMap((arch) => arch.split(",")))]
    .filter((arch) => arch !== "all")
    .toSorted();
  const lacking = wanted?.find((arch) => held.length > 0 && !held.includes(arch));
  if (lacking === undefined) return;
  throw SlipwayError.of("BUNDLE_ARCH_MISSING", { arch: lacking, present: held.join(", ") });
};

const compare = (
  before: readonly BundleItem[],
  after: readonly BundleItem[],
): Omit<BundleDifference, "newBytes"> => {
  const key = ({ kind, component, name, arch }: BundleItem): string =>
    [kind, component, kind === "image" ? name.replace(/:[^:/]+$/, "") : name, arch].join("\0");
  const old = new Map(before.map((item) => [key(item), item]));
  const fresh = new Map(after.map((item) => [key(item), item]));
  return {
    added: after.filter((item) => !old.has(key(item))),
    removed: before.filter((item) => !fresh.has(key(item))),
    changed: after.flatMap((item) => {
      const earlier = old.get(key(item));
      return earlier !== undefined && earlier.digest !== item.digest
        ? [{ before: earlier, after: item }]
        : [];
    }),
  };
};
