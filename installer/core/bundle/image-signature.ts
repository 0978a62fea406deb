import type { BundleIndex } from "../../contract/bundle/index.ts";
import type { Descriptor, Digest } from "../../contract/bundle/manifest.ts";
import { EMPTY_CONFIG } from "../../contract/bundle/manifest.ts";
import { ANNOTATION, COSIGN, OCI } from "../../contract/bundle/media-types.ts";
import { canonicalBytes } from "./canonical.ts";
import { componentOf } from "./order.ts";

/** The images of an index: what has a full name and is not itself a signature. */
export const imagesOf = (index: BundleIndex): readonly (Descriptor & { readonly name: string })[] =>
  index.manifests.flatMap((descriptor) => {
    const name = descriptor.annotations?.[ANNOTATION.refName];
    const kind = descriptor.annotations?.[ANNOTATION.kind];
    return name !== undefined && (kind === undefined || kind === "image") ? [{ ...descriptor, name }] : [];
  });

/** What cosign signs for an image (containers/image, docs/containers-signature.5.md, "simple signing"). */
export const signaturePayload = (image: { readonly name: string; readonly digest: Digest }): Uint8Array =>
  canonicalBytes({
    critical: {
      identity: { "docker-reference": image.name.replace(/:[^:/]+$/, "") },
      image: { "docker-manifest-digest": image.digest },
      type: "cosign container image signature",
    },
    optional: null,
  });

/** The manifest by which an image carries its signature: an OCI referrer whose subject is the image. */
export const signatureManifest = (
  image: Descriptor,
  payload: { readonly digest: Digest; readonly size: number; readonly signature: string },
): unknown => ({
  schemaVersion: 2,
  mediaType: OCI.manifest,
  artifactType: COSIGN.signature,
  config: EMPTY_CONFIG,
  layers: [
    {
      mediaType: COSIGN.payload,
      digest: payload.digest,
      size: payload.size,
      annotations: { [COSIGN.signatureAnnotation]: payload.signature },
    },
  ],
  subject: { mediaType: image.mediaType, digest: image.digest, size: image.size },
});

/** The entry of an index for a signature manifest. */
export const signatureDescriptor = (manifest: Descriptor, image: Descriptor): Descriptor => ({
  ...manifest,
  artifactType: COSIGN.signature,
  annotations: { [ANNOTATION.component]: componentOf(image), [ANNOTATION.kind]: "signature" },
});

/** Tag under which clients look for the referrers of an image where a registry has no list of them. */
export const referrersTag = (digest: Digest): string => digest.replace(":", "-");

/** The list of an image's referrers (OCI distribution specification 1.1, "referrers tag schema"). */
export const referrersIndex = (referrers: readonly Descriptor[]): Uint8Array =>
  canonicalBytes({
    schemaVersion: 2,
    mediaType: OCI.index,
    manifests: referrers.map(({ mediaType, digest, size, artifactType, annotations }) => ({
      mediaType,
      digest,
      size,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(annotations === undefined ? {} : { annotations }),
    })),
  });

/** An index without the signatures of its images, as it was before it was signed. */
export const withoutSignatures = (index: BundleIndex): BundleIndex => ({
  ...index,
  manifests: index.manifests.filter(
    (descriptor) => descriptor.annotations?.[ANNOTATION.kind] !== "signature",
  ),
});

/** Tag under which cosign looks for the signatures of an image in registries without a referrers list. */
export const signatureTag = (image: Digest): string => `${image.replace(":", "-")}.sig`;
