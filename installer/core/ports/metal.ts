import type { MetalDecision, MetalPlan } from "../../contract/metal/plan.ts";
import type { FirstBoot, InstallEvent, SAVED_PARTS } from "../../contract/metal/events.ts";
import type { MetalDisk, MetalFacts } from "../../contract/metal/facts.ts";
import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import type { OperationId } from "../contract.ts";
import type { Finding } from "../netboot/timeline/diagnose.ts";
import type { HopRecord } from "../netboot/timeline/timeline.ts";
import type { InstallJob, MetalKind, MetalRecord } from "../provision/records.ts";
import type { Duplicate } from "../provision/meant.ts";

/** A part of a disk that is kept. */
export type SavedPart = (typeof SAVED_PARTS)[number];

/** Where records about blank machines outlive the engine and the power. */
export interface MetalStore {
  load<K extends MetalKind>(kind: K): Promise<readonly MetalRecord<K>[]>;
  /** Replaces what is under the key; survives the loss of power when it resolves. */
  put<K extends MetalKind>(kind: K, key: string, value: MetalRecord<K>): Promise<void>;
  remove(kind: MetalKind, key: string): Promise<void>;
}

/** What is kept of a disk before it is overwritten, and what installers said when they failed. */
export interface SavedDisks {
  /** Stores a part for good; a second one of the same part changes nothing. Survives the loss of power when it resolves. */
  put(
    job: string,
    part: SavedPart,
    bytes: Uint8Array,
  ): Promise<{ readonly sha256: string; readonly size: number }>;
  get(job: string, part: SavedPart): Promise<Uint8Array | undefined>;
  /** Keeps the last part of an installer's log; gives the file's path. */
  log(job: string, text: string): Promise<string>;
}

/** A file of the appliance with its digest, hex. */
export interface ImageFile {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** Everything that machines of one kind are booted with and installed from. */
export interface NodeImage {
  readonly root: ImageFile;
  readonly boot: ImageFile;
  readonly kernel: ImageFile;
  readonly initrd: ImageFile;
}

/** The node OS and the installer, out of the bundle. */
export interface NodeImages {
  /** Rejects with METAL_NO_IMAGE, or as releases do. */
  open(wish: ImageWish): Promise<NodeImage>;
  /** A folder with the network loaders: shimx64.efi, grubx64.efi, undionly.kpxe, snponly.efi. */
  loaders(wish: ImageWish): Promise<string>;
}

/** Which bundle, and which kernel. Without a reference the newest bundle that has a node OS. */
export interface ImageWish {
  readonly bundle?: string;
  readonly kubernetes?: string;
  readonly variant: "server" | "cloud";
}

/** Public halves of the keys that an operator logs in with. */
export interface LoginKeys {
  /** Lines for authorized_keys. Rejects with METAL_NO_KEY. */
  publicKeys(machine: MachineSpec): Promise<readonly string[]>;
}

/** Why a call of a machine is not answered as it hopes. The code stops an installer's job. */
export interface Refusal {
  readonly refused: 401 | 403 | 404 | 409 | 410;
  readonly code: string;
}

/** Bytes that a job may fetch. */
export type JobContent =
  | { readonly kind: "file"; readonly path: string; readonly size: number }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

/** What installers and freshly installed systems may ask, each with the token it was given. */
export interface InstallerDesk {
  hello(token: string, facts: MetalFacts): Promise<MetalDecision | Refusal>;
  plan(token: string, job: string): Promise<MetalPlan | Refusal>;
  content(token: string, job: string, name: string): Promise<JobContent | Refusal>;
  event(token: string, job: string, event: InstallEvent): Promise<Refusal | undefined>;
  save(
    token: string,
    job: string,
    saved: { part: SavedPart; bytes: Uint8Array },
  ): Promise<Refusal | undefined>;
  saved(token: string, job: string, part: SavedPart): Promise<JobContent | Refusal>;
  log(token: string, job: string, text: string): Promise<Refusal | undefined>;
  firstBoot(token: string, job: string, said: FirstBoot): Promise<Refusal | undefined>;
}

/** The HTTPS server that installers talk to. */
export interface InstallerServer {
  /** Listens at the address, with a certificate of the site's CA. Rejects with METAL_PORT_TAKEN. */
  listen(address: string, desk: InstallerDesk): Promise<{ readonly url: string; close(): Promise<void> }>;
}

/** One machine of a spec that is to be installed. */
export interface MetalTarget {
  readonly cluster: ClusterSpec;
  readonly machine: MachineSpec;
}

/** How a blank machine stands. */
export interface MetalView {
  /** Grows with every change of anything about metal. */
  readonly version: number;
  /** Hardware address it boots from, when that is known. */
  readonly mac: string | undefined;
  /** What it said about itself since it was last waited for, or whenever it was seen last. */
  readonly facts: MetalFacts | undefined;
  /** When it said hello last. */
  readonly helloAt: number | undefined;
  readonly hops: readonly HopRecord[];
  readonly finding: Finding | undefined;
  readonly job: InstallJob | undefined;
  /** The operator's consent to lose what these disks hold, by serial number. */
  readonly agreed: readonly string[];
  readonly duplicates: readonly Duplicate[];
  /** DHCP servers beside ours, since the boot services run. */
  readonly otherServers: readonly string[];
}

/** Blank machines, as phases see them. */
export interface Metal {
  /**
   * The machine is waited for: boot services run for it until it is installed or the operation is over. Doing it again
   * changes nothing. Rejects with the errors of netboot and metal.
   */
  expect(target: MetalTarget, operation: OperationId): Promise<void>;
  view(target: MetalTarget): Promise<MetalView>;
  /** Resolves when something has changed after `version`, or after a while in any case. */
  changed(version: number, signal: AbortSignal): Promise<void>;
  /** Gives the machine its job: the one it has for this disk, or a new one. Resolves once that is durable. */
  install(target: MetalTarget, disk: MetalDisk): Promise<InstallJob>;
  /** The machine is a system that answers by itself: nothing waits for it any more. */
  release(target: MetalTarget): Promise<void>;
}
