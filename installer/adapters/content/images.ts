import { MAX_MANIFEST_BYTES, type Digest } from "../../contract/bundle/manifest.ts";
import { ANNOTATION, OCI } from "../../contract/bundle/media-types.ts";
import type { BlobReader, StoredBundle } from "../../core/ports/bundle.ts";

/** What the content server takes from the bundle store. */
export type ContentStore = Pick<BlobReader, "sizeOf" | "readBlob" | "blobPath"> & {
  bundles(): Promise<readonly StoredBundle[]>;
};

/** A manifest as a registry answers it. */
export interface ServedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** What a tag points to, in the newest bundle that has it; a digest points to itself. */
export const findManifest = async (
  store: ContentStore,
  { repository, reference }: { readonly repository: string; readonly reference: string },
): Promise<ServedManifest | undefined> => {
  const digest = reference.startsWith("sha256:")
    ? reference
    : (await store.bundles())
        .flatMap(({ index }) => index.manifests)
        .findLast((entry) => entry.annotations?.[ANNOTATION.refName] === `${repository}:${reference}`)
        ?.digest;
  if (digest === undefined || (await store.sizeOf(digest)) === undefined) return undefined;
  const bytes = await store.readBlob(digest, MAX_MANIFEST_BYTES);
  const mediaType = mediaTypeOf(bytes);
  return mediaType === undefined ? undefined : { digest, mediaType, bytes };
};

const mediaTypeOf = (bytes: Uint8Array): string | undefined => {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as {
      schemaVersion?: unknown;
      mediaType?: unknown;
      manifests?: unknown;
    };
    if (value.schemaVersion !== 2) return undefined;
    if (typeof value.mediaType === "string") return value.mediaType;
    return Array.isArray(value.manifests) ? OCI.index : OCI.manifest;
  } catch {
    return undefined;
  }
};
