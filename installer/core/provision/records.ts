import * as z from "zod";
import { MetalFacts } from "../../contract/metal/facts.ts";
import { INSTALL_STEPS } from "../../contract/metal/events.ts";
import { MetalNetwork, NetbootSettings } from "../../contract/spec/metal.ts";

// What is remembered about blank machines. Each value is kept whole, as JSON, under its kind and key.

const At = z.number().describe("Milliseconds since the epoch");

/** A machine that booted the installer, by the hardware address it booted from. */
export const FoundMachine = z.object({
  mac: z.string(),
  facts: MetalFacts.optional(),
  firstAt: At,
  seenAt: At,
  /** SHA-256 of the tokens of its latest boots, newest first. Each boot gets one of its own. */
  tokens: z.array(z.object({ hash: z.string(), at: At })),
});
export type FoundMachine = Readonly<z.output<typeof FoundMachine>>;

/** The operator typed the serial number of a disk: what it holds may be lost. Good for this disk of this machine. */
export const DiskAgreement = z.object({ mac: z.string(), serial: z.string(), by: z.string(), at: At });
export type DiskAgreement = Readonly<z.output<typeof DiskAgreement>>;

/** Which content a job installs. */
const Artefact = z.object({ path: z.string(), sha256: z.string(), size: z.number() });

/** What becomes of one disk: made when a machine is known, kept for good. */
export const InstallJob = z.object({
  id: z.string(),
  kind: z.enum(["install", "restore"]),
  mac: z.string(),
  cluster: z.string(),
  machine: z.string(),
  address: z.string(),
  disk: z.object({
    name: z.string(),
    serial: z.string(),
    wwn: z.string(),
    byPath: z.string(),
    sizeBytes: z.number(),
  }),
  /** The disk holds something, and its serial number was typed. */
  agreed: z.boolean(),
  firmware: z.enum(["bios", "uefi"]),
  extra: z.string().describe("More kernel arguments for the installed system"),
  image: Artefact,
  boot: Artefact,
  /** What the machine's identity is made of; its token is not kept but made again from the job's id. */
  identity: z.object({
    hostname: z.string(),
    authorizedKeys: z.array(z.string()),
    network: MetalNetwork,
    mac: z.string(),
    address: z.string(),
    prefix: z.number(),
    url: z.string(),
  }),
  state: z.enum(["planned", "running", "written", "installed", "failed", "restored", "cancelled"]),
  step: z.enum(INSTALL_STEPS).optional(),
  done: z.number().optional(),
  total: z.number().optional(),
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
  firstBoot: z
    .object({
      hostname: z.string(),
      addresses: z.array(z.string()),
      slot: z.string(),
      hostKeys: z.array(z.string()),
    })
    .optional(),
  saved: z.partialRecord(
    z.enum(["first", "last", "table"]),
    z.object({ sha256: z.string(), size: z.number() }),
  ),
  createdAt: At,
  changedAt: At,
});
export type InstallJob = Readonly<z.output<typeof InstallJob>>;

/** Machines that are taken into a cluster as they show up. */
export const AcceptRule = z.object({
  id: z.string(),
  match: z.strictObject({
    serial: z.string().optional(),
    mac: z.string().optional(),
    vendor: z.string().optional(),
  }),
  cluster: z.string(),
  roles: z.array(z.enum(["control-plane", "worker"])).min(1),
  by: z.string(),
  at: At,
});
export type AcceptRule = Readonly<z.output<typeof AcceptRule>>;

/** The boot services an operator switched on: they come back with the engine. */
export const BootWish = z.object({ settings: NetbootSettings, discovery: z.boolean() });
export type BootWish = Readonly<z.output<typeof BootWish>>;

/** Kinds of records, and what each of them is. */
export const metalRecords = {
  machine: FoundMachine,
  job: InstallJob,
  agreement: DiskAgreement,
  rule: AcceptRule,
  boot: BootWish,
} as const;

/** Name of a kind of record. */
export type MetalKind = keyof typeof metalRecords;
/** A record of a kind. */
export type MetalRecord<K extends MetalKind> = Readonly<z.output<(typeof metalRecords)[K]>>;
