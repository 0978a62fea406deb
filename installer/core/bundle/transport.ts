import type { BundleIndex, Delta, Envelope, PatchEntry } from "../../contract/bundle/index.ts";
import type { Digest } from "../../contract/bundle/manifest.ts";
import { SLIPWAY } from "../../contract/bundle/media-types.ts";
import type { BundleWalk, OrderedBlob } from "./order.ts";
import { TAR_BLOCK, TAR_TRAILER_BYTES, tarEntryBytes } from "./tar.ts";

/** Names of the entries that come first in every transport file, in this order. */
export const TRANSPORT = {
  layout: "oci-layout",
  index: "index.json",
  envelope: "slipway/envelope.json",
  signature: "slipway/index.json.sig",
  delta: "slipway/delta.json",
} as const;

/** Content of `oci-layout` (image-spec, image-layout.md), byte for byte. */
export const LAYOUT_BYTES = new TextEncoder().encode('{"imageLayoutVersion":"1.0.0"}');

/** Where a blob lies in an OCI image layout. */
export const blobName = (digest: Digest): string => `blobs/sha256/${digest.slice("sha256:".length)}`;

/** An entry of the transport file that holds a manifest, a blob, or a patch that stands in for a blob. */
export interface TransportEntry extends OrderedBlob {
  readonly name: string;
  /** Where its content begins in the transport file. */
  readonly offset: number;
  /** Set when the entry is a patch: what it rebuilds and from what. */
  readonly patch: PatchEntry | undefined;
}

/** Everything that stands before the blobs, believed and checked, and from it the exact place of every later byte. */
export interface TransportHead {
  readonly index: BundleIndex;
  readonly indexBytes: Uint8Array;
  readonly indexDigest: Digest;
  readonly envelope: Envelope;
  readonly delta: Delta | undefined;
  readonly manifests: readonly TransportEntry[];
  /** What follows the manifests: blobs and patches. */
  readonly payload: readonly TransportEntry[];
  /** Blobs that the delta leaves out because the site has them. */
  readonly omitted: readonly OrderedBlob[];
  /** All blobs of the bundle once it is complete. */
  readonly blobs: readonly OrderedBlob[];
  /** Offset of the trailer. */
  readonly trailerOffset: number;
  /** Size of the whole file. */
  readonly totalBytes: number;
}

/** Bytes the first entries take. */
export const headBytes = (sizes: readonly number[]): number =>
  sizes.reduce((sum, size) => sum + tarEntryBytes(size), 0);

/** Lays manifests and payload out behind `start`. The same arithmetic serves writer and reader. */
export const layOut = (
  walk: BundleWalk,
  delta: Delta | undefined,
  start: number,
): Pick<TransportHead, "manifests" | "payload" | "omitted" | "blobs" | "trailerOffset" | "totalBytes"> => {
  const present = new Set(delta?.present);
  const patches = new Map(delta?.patches.map((patch) => [patch.target, patch]));
  let at = start;
  const place = (blob: OrderedBlob, patch: PatchEntry | undefined): TransportEntry => {
    const stored = patch === undefined ? blob : asPatch(blob, patch);
    const entry = { ...stored, name: blobName(stored.digest), offset: at + TAR_BLOCK, patch };
    at += tarEntryBytes(stored.size);
    return entry;
  };
  const manifests = walk.manifests.map((manifest) => place(manifest, undefined));
  const omitted = walk.blobs.filter((blob) => present.has(blob.digest));
  const payload = walk.blobs
    .filter((blob) => !present.has(blob.digest))
    .map((blob) => place(blob, patches.get(blob.digest)));
  return {
    manifests,
    payload,
    omitted,
    blobs: walk.blobs,
    trailerOffset: at,
    totalBytes: at + TAR_TRAILER_BYTES,
  };
};

const asPatch = (blob: OrderedBlob, patch: PatchEntry): OrderedBlob => ({
  ...blob,
  digest: patch.patch,
  size: patch.patchSize,
  mediaType: SLIPWAY.patch,
});
