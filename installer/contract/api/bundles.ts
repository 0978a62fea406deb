import { eventIterator } from "@orpc/contract";
import * as z from "zod";
import { Architecture } from "../bundle/components.ts";
import { BundleRecord } from "../bundle/index.ts";
import { Inventory } from "../bundle/inventory.ts";
import { Digest } from "../bundle/manifest.ts";
import { KeyId, KeyType, TrustedKey } from "../bundle/trust.ts";
import { administer, Done, local, NoInput, view, Why } from "./base.ts";
import { bundleBuilding } from "./bundle-build.ts";
import { RegistryStatus } from "./registry.ts";
import { workItem } from "./work.ts";

/** One line of what a bundle holds. */
const BundleItem = z.object({
  kind: z.string(),
  component: z.string(),
  name: z.string(),
  arch: z.string(),
  digest: z.string(),
});
/** One line of what a bundle holds, as a value. */
export type BundleItem = Readonly<z.output<typeof BundleItem>>;

/** What is in a bundle. */
export const BundleInfo = z.object({
  index: z.string(),
  name: z.string(),
  version: z.string(),
  signedBy: z.array(z.string()).readonly().describe("Key ids, whether trusted or not"),
  items: z.array(BundleItem).readonly(),
  blobs: z.number(),
  bytes: z.number(),
  delta: z.enum(["full", "delta"]),
  taken: z
    .object({ by: z.string(), at: z.number(), source: z.string(), unsigned: z.boolean() })
    .optional()
    .describe("How a stored bundle got here; unsigned: no trusted key vouched for it"),
});
export type BundleInfo = Readonly<z.output<typeof BundleInfo>>;

/** What stands in one bundle and not, or otherwise, in another. */
export const BundleDifference = z.object({
  added: z.array(BundleItem).readonly(),
  removed: z.array(BundleItem).readonly(),
  changed: z.array(z.object({ before: BundleItem, after: BundleItem })).readonly(),
  newBytes: z.number().describe("Bytes of blobs that the newer has and the older has not"),
});
export type BundleDifference = Readonly<z.output<typeof BundleDifference>>;

/** What an import brought in, and how the registry stands with it. */
export const ImportSummary = z.object({
  record: BundleRecord,
  written: z.number().describe("Blobs that came from the file in this run"),
  skipped: z.number().describe("Blobs that were there already"),
  patched: z.number().describe("Blobs rebuilt from a patch"),
  registry: RegistryStatus,
});
export type ImportSummary = Readonly<z.output<typeof ImportSummary>>;

/** What an export wrote. */
export const ExportSummary = z.object({
  parts: z.array(z.object({ path: z.string(), size: z.number(), sha256: z.string() })).readonly(),
  omitted: z.number().describe("Blobs left out because the site has them"),
  patched: z.number().describe("Blobs sent as patches"),
});
export type ExportSummary = Readonly<z.output<typeof ExportSummary>>;

/** What garbage collection removed, or would remove. */
export const Collected = z.object({
  removed: z.array(z.object({ digest: Digest, size: z.number() })).readonly(),
  staged: z.number().describe("Interrupted imports that were given up"),
  bytes: z.number(),
});
export type Collected = Readonly<z.output<typeof Collected>>;

/** A blob of the store that is not as it should be. */
export const Finding = z.object({
  digest: z.string(),
  component: z.string(),
  fault: z.enum(["missing", "altered"]),
});
export type Finding = Readonly<z.output<typeof Finding>>;

/** A key pair in two files: the private half sealed by its passphrase. */
export const KeyFiles = z.object({ keyId: KeyId, privateKey: z.string(), publicKey: z.string() });
export type KeyFiles = Readonly<z.output<typeof KeyFiles>>;

/** One SBOM of a bundle. */
export const Sbom = z.object({ component: z.string(), arch: z.string(), document: z.unknown() });
export type Sbom = Readonly<z.output<typeof Sbom>>;

/** A file taken out of a bundle. */
export const ExtractedFile = z.object({ path: z.string(), size: z.number() });
export type ExtractedFile = Readonly<z.output<typeof ExtractedFile>>;

const Path = z.string().min(1).max(4096);
const Reference = z
  .string()
  .min(1)
  .max(300)
  .describe("name, name:version, or the first digits of the index digest");
const Passphrase = z.string().min(1).max(1024);

/** Where a bundle's file is. */
const Locations = z.strictObject({
  locations: z
    .array(Path)
    .min(1)
    .max(1000)
    .describe("A file, its parts in any order, an http(s) address, or - for the pipe; paths are absolute"),
  pipe: Path.optional().describe("A named pipe that brings what - stands for"),
});

/** What is let in. */
const ReadRequest = Locations.extend({
  unsigned: z.enum(["refuse", "allow"]).default("refuse"),
  arch: z.array(Architecture).optional().describe("Architectures the bundle must serve"),
});
export type ReadRequest = Readonly<z.output<typeof ReadRequest>>;

const ExportRequest = z.strictObject({
  reference: Reference,
  path: Path.describe("File to write, absolute; parts are named after it"),
  partBytes: z.int().min(1).optional(),
  since: z
    .strictObject({ file: z.string().max(4096), text: z.string().max(4 * 1024 * 1024) })
    .optional()
    .describe("Inventory of the site: only what it lacks is written"),
  scratch: Path.optional().describe("Folder for the making of patches"),
});
export type ExportRequest = Readonly<z.output<typeof ExportRequest>>;

const SignRequest = z.strictObject({
  reference: Reference,
  key: Path.describe("File of the private key, absolute"),
  passphrase: Passphrase,
  previous: z
    .strictObject({ key: Path, passphrase: Passphrase })
    .optional()
    .describe("The key that vouches for this one, for sites that know only the old one"),
});
export type SignRequest = Readonly<z.output<typeof SignRequest>>;

const LONG_MS = 15 * 60_000;

/** Calls about bundles: the appliance's store, transport files, keys. */
export const bundles = {
  ...bundleBuilding,
  list: view
    .route({ method: "GET", path: "/bundles", summary: "Bundles of the store, oldest first" })
    .input(NoInput)
    .output(z.array(BundleRecord)),
  info: view
    .route({ method: "GET", path: "/bundles/{reference}", summary: "What is in a stored bundle" })
    .input(z.strictObject({ reference: Reference }))
    .output(BundleInfo),
  peek: administer
    .route({
      method: "POST",
      path: "/bundles/peek",
      summary: "What a file claims to hold; blobs are not read",
    })
    .meta({ deadlineMs: LONG_MS })
    .input(Locations)
    .output(BundleInfo),
  verify: administer
    .route({
      method: "POST",
      path: "/bundles/verify",
      summary: "Check every byte of a file; nothing is kept",
    })
    .meta({ deadlineMs: "none" })
    .input(ReadRequest)
    .output(eventIterator(workItem(BundleInfo))),
  import: administer
    .route({ method: "POST", path: "/bundles/import", summary: "Take a bundle into the store and serve it" })
    .meta({ deadlineMs: "none" })
    .input(ReadRequest)
    .output(eventIterator(workItem(ImportSummary))),
  export: local
    .route({ method: "POST", path: "/bundles/export", summary: "Write a bundle, or what a site lacks of it" })
    .meta({ deadlineMs: "none" })
    .input(ExportRequest)
    .output(eventIterator(workItem(ExportSummary))),
  diff: view
    .route({ method: "POST", path: "/bundles/diff", summary: "What a newer bundle changes" })
    .meta({ deadlineMs: LONG_MS })
    .input(z.strictObject({ older: Reference, newer: Reference }))
    .output(BundleDifference),
  inventory: view
    .route({ method: "GET", path: "/bundles/inventory", summary: "What this site has, for the builder" })
    .meta({ deadlineMs: LONG_MS })
    .input(z.strictObject({ site: z.string().max(200).optional() }).optional())
    .output(
      z.object({ inventory: Inventory, text: z.string().optional().describe("Short enough for a QR code") }),
    ),
  sbom: view
    .route({ method: "GET", path: "/bundles/{reference}/sbom", summary: "SBOMs of a bundle (SPDX 2.3)" })
    .meta({ deadlineMs: LONG_MS })
    .input(
      z.strictObject({
        reference: Reference,
        component: z.string().max(300).optional().describe("One component; the whole bundle without it"),
      }),
    )
    .output(z.array(Sbom)),
  extract: local
    .route({ method: "POST", path: "/bundles/extract", summary: "Take the files of a component out" })
    .meta({ deadlineMs: LONG_MS })
    .input(
      z.strictObject({
        reference: Reference,
        component: z.string().min(1).max(300),
        folder: Path,
        architecture: Architecture.default("amd64"),
      }),
    )
    .output(z.array(ExtractedFile)),
  remove: administer
    .route({ method: "DELETE", path: "/bundles/{reference}", summary: "Forget a bundle that nobody needs" })
    .meta({ deadlineMs: LONG_MS })
    .input(z.strictObject({ reference: Reference }))
    .output(Done),
  gc: administer
    .route({ method: "POST", path: "/bundles/gc", summary: "Remove blobs that no bundle needs" })
    .meta({ deadlineMs: LONG_MS })
    .input(z.strictObject({ dryRun: z.enum(["yes", "no"]).default("no") }))
    .output(Collected),
  fsck: administer
    .route({ method: "POST", path: "/bundles/fsck", summary: "Check every blob of the store" })
    .meta({ deadlineMs: "none" })
    .input(z.strictObject({ repair: z.enum(["yes", "no"]).default("no") }))
    .output(eventIterator(workItem(z.array(Finding).readonly()))),
  keygen: local
    .route({ method: "POST", path: "/bundles/keys", summary: "Make a key pair to sign with" })
    .input(z.strictObject({ path: Path, type: KeyType.default("ed25519"), passphrase: Passphrase }))
    .output(KeyFiles),
  sign: local
    .route({ method: "POST", path: "/bundles/sign", summary: "Sign a stored bundle and its images" })
    .meta({ deadlineMs: LONG_MS })
    .input(SignRequest)
    .output(BundleRecord),
  trusted: view
    .route({ method: "GET", path: "/bundle-trust", summary: "Keys this appliance believes" })
    .input(NoInput)
    .output(z.array(TrustedKey)),
  trust: administer
    .route({ method: "POST", path: "/bundle-trust", summary: "Believe a key whose fingerprint was compared" })
    .input(
      z.strictObject({
        file: z.string().max(4096).describe("Name to show in messages"),
        publicKey: z
          .string()
          .max(64 * 1024)
          .describe("PEM"),
        name: z.string().min(1).max(200),
        notAfter: z.number().optional().describe("Milliseconds since the epoch"),
      }),
    )
    .output(TrustedKey),
  revoke: administer
    .route({ method: "POST", path: "/bundle-trust/revoke", summary: "Never again believe a key" })
    .input(z.strictObject({ key: z.string().min(6).max(80).describe("Key id, or how it begins"), why: Why }))
    .output(Done),
};
