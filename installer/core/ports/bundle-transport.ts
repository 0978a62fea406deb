import type { BundleRecord, Envelope } from "../../contract/bundle/index.ts";
import type { Inventory } from "../../contract/bundle/inventory.ts";
import type { Digest } from "../../contract/bundle/manifest.ts";
import type { KeyId, KeyType } from "../../contract/bundle/trust.ts";
import type { OrderedBlob } from "../bundle/order.ts";
import type { TransportHead } from "../bundle/transport.ts";
import type {
  CareOptions,
  FsckFinding,
  GcResult,
  LayoutWriter,
  OnProgress,
  PublishInfo,
  StoredBundle,
} from "./bundle.ts";
import type { BundleSigner } from "./bundle-trust.ts";

/** Judges signatures and says what to remember about them; throws to refuse. */
export type Approval = (
  index: Digest,
  indexBytes: Uint8Array,
  envelope: Envelope,
) => BundleRecord["trust"] | Promise<BundleRecord["trust"]>;

/** How a long piece of work is followed and stopped. */
export interface RunOptions {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** What an import brought: blobs written, found there already, and rebuilt from patches. */
export interface ImportSummary {
  readonly record: BundleRecord;
  readonly written: number;
  readonly skipped: number;
  readonly patched: number;
}

/** What to write where: one file, parts of a size, or only what a site lacks. */
export interface ExportRequest {
  readonly bundle: StoredBundle;
  readonly path: string;
  readonly partBytes?: number;
  readonly since?: Inventory;
  /** Folder for the making of patches. */
  readonly scratch?: string;
}

/** The files that were written. */
export interface ExportSummary {
  readonly parts: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
  /** Blobs left out because the site has them, and blobs sent as patches. */
  readonly omitted: number;
  readonly patched: number;
}

/** The store and the transport file, as the use cases see them. Locations are paths, parts, an URL, or `-` for the pipe. */
export interface Bundles extends LayoutWriter {
  bundles(): Promise<readonly StoredBundle[]>;
  closure(bundle: StoredBundle): Promise<readonly OrderedBlob[]>;
  verify(locations: readonly string[], approve: Approval, run: RunOptions): Promise<TransportHead>;
  /** Reads no further than the manifests. */
  peek(locations: readonly string[], run: RunOptions): Promise<TransportHead>;
  import(
    locations: readonly string[],
    options: RunOptions & { approve: Approval; about: PublishInfo },
  ): Promise<ImportSummary>;
  export(request: ExportRequest, run: RunOptions): Promise<ExportSummary>;
  /** Replaces the signatures of a bundle. */
  resign(bundle: StoredBundle, envelope: Envelope, trust: BundleRecord["trust"]): Promise<BundleRecord>;
  remove(digest: Digest): Promise<void>;
  collect(options: { dryRun: "yes" | "no"; keep: readonly Digest[] }): Promise<GcResult>;
  check(options: CareOptions): Promise<readonly FsckFinding[]>;
}

/** Keys in files. */
export interface BundleKeys {
  /** Writes `<path>.key` (sealed, mode 0600) and `<path>.pub`. Rejects with BUNDLE_KEY_EXISTS. */
  create(path: string, type: KeyType, passphrase: string): Promise<{ keyId: KeyId; publicKey: string }>;
  open(path: string, passphrase: string): Promise<BundleSigner>;
  readPublic(path: string): Promise<{ keyId: KeyId; publicKey: string }>;
}
