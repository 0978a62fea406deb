import * as z from "zod";
import { Descriptor, Digest } from "./manifest.ts";
import { OCI, SLIPWAY } from "./media-types.ts";
import { KeyId, Rotation } from "./trust.ts";

/** Largest `index.json` that is read: 16 MiB, some 40,000 entries. */
export const MAX_INDEX_BYTES = 16 * 2 ** 20;

/** What a manifest of the bundle is. */
export const ArtefactKind = z.enum([
  "image",
  "file",
  "package",
  "node-os",
  "chart",
  "sbom",
  "signature",
  "other",
]);
export type ArtefactKind = z.output<typeof ArtefactKind>;

/** The one index of a bundle. Its canonical bytes (RFC 8785) are what is signed; their digest names the bundle. */
export const BundleIndex = z
  .strictObject({
    schemaVersion: z.literal(2),
    mediaType: z.literal(OCI.index),
    artifactType: z.literal(SLIPWAY.bundle),
    manifests: z.array(Descriptor).max(100_000),
    annotations: z.record(z.string(), z.string()),
  })
  .describe("index.json of a Slipway bundle");
export type BundleIndex = Readonly<z.output<typeof BundleIndex>>;

/** One signature over the bytes of `index.json`, in cosign's blob format. */
export const BundleSignature = z.strictObject({
  keyId: KeyId,
  publicKey: z.string().describe("SubjectPublicKeyInfo as PEM"),
  signature: z.base64().describe("ASN.1 ECDSA P-256 with SHA-256, or Ed25519"),
});
export type BundleSignature = Readonly<z.output<typeof BundleSignature>>;

/**
 * What travels beside the index: its digest (so that damage shows even without a signature), its signatures, and the
 * statements by which old keys vouch for new ones. Stored in canonical JSON as `slipway/envelope.json`.
 */
export const Envelope = z
  .strictObject({
    schema: z.literal(1),
    index: Digest,
    delta: Digest.optional().describe("Digest of slipway/delta.json when the file is a delta"),
    signatures: z.array(BundleSignature).max(16),
    rotations: z.array(Rotation).max(16),
  })
  .describe("slipway/envelope.json of a Slipway bundle");
export type Envelope = Readonly<z.output<typeof Envelope>>;

/** How a blob that is not carried whole is rebuilt at the site. */
export const PatchEntry = z.strictObject({
  target: Digest,
  size: z.int().min(0),
  base: Digest,
  baseSize: z.int().min(0),
  patch: Digest,
  patchSize: z.int().min(0),
});
export type PatchEntry = Readonly<z.output<typeof PatchEntry>>;

/** What a delta leaves out and how it makes up for it. Stored in canonical JSON as `slipway/delta.json`. */
export const Delta = z
  .strictObject({
    schema: z.literal(1),
    present: z.array(Digest).describe("Blobs the site has already, sorted"),
    patches: z.array(PatchEntry).describe("Blobs rebuilt from one the site has, sorted by target"),
  })
  .describe("slipway/delta.json of a Slipway delta");
export type Delta = Readonly<z.output<typeof Delta>>;

/** What the store remembers about a bundle it holds. */
export const BundleRecord = z.strictObject({
  index: Digest,
  name: z.string(),
  version: z.string(),
  at: z.number().describe("Milliseconds since the epoch"),
  by: z.string(),
  source: z.string(),
  trust: z.discriminatedUnion("state", [
    z.strictObject({ state: z.literal("trusted"), keyId: KeyId }),
    z.strictObject({ state: z.literal("unsigned") }).describe("Let in by --allow-unsigned, or built here"),
  ]),
  bytes: z.number(),
  blobs: z.number(),
});
export type BundleRecord = Readonly<z.output<typeof BundleRecord>>;
