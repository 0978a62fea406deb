import * as z from "zod";
import { OCI } from "./media-types.ts";

/** Content address of a blob. SHA-256 is the only algorithm a bundle uses. */
export const Digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .describe("Content address, sha256:<64 hex digits>");
export type Digest = z.output<typeof Digest>;

/** Largest blob that is believed: 1 TiB. More is an absurd size, not a bundle. */
export const MAX_BLOB_BYTES = 2 ** 40;

/** Largest manifest or nested index: 4 MiB, the limit the OCI distribution specification recommends. */
export const MAX_MANIFEST_BYTES = 4 * 2 ** 20;

/** Processor architecture and system a manifest is for. */
export const Platform = z.looseObject({
  architecture: z.string(),
  os: z.string(),
  variant: z.string().optional(),
});
export type Platform = Readonly<z.output<typeof Platform>>;

/** A reference to a blob, as the OCI image specification defines it. Unknown fields of others are kept. */
export const Descriptor = z
  .looseObject({
    mediaType: z.string().min(1).max(255),
    digest: Digest,
    size: z.int().min(0).max(MAX_BLOB_BYTES),
    platform: Platform.optional(),
    artifactType: z.string().max(255).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  })
  .describe("OCI content descriptor");
export type Descriptor = Readonly<z.output<typeof Descriptor>>;

/** An image or artefact manifest, read leniently: its bytes are fixed by its digest, not by this schema. */
export const Manifest = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: Descriptor,
  layers: z.array(Descriptor).max(10_000),
  subject: Descriptor.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type Manifest = Readonly<z.output<typeof Manifest>>;

/** A list of manifests inside a bundle: one image for several architectures. */
export const NestedIndex = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(Descriptor).max(10_000),
});
export type NestedIndex = Readonly<z.output<typeof NestedIndex>>;

/** The two bytes `{}`, config of artefacts that have none (image-spec, "guidance for an empty descriptor"). */
export const EMPTY_CONFIG = {
  mediaType: OCI.empty,
  digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  size: 2,
} as const satisfies Descriptor;
