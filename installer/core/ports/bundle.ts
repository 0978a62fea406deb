import type { BundleIndex, BundleRecord, Envelope } from "../../contract/bundle/index.ts";
import type { Descriptor, Digest } from "../../contract/bundle/manifest.ts";

/** Where bytes come from. A path is preferred: it is read with bounded memory and can be read again. */
export type ByteSource =
  | { readonly path: string }
  | { readonly bytes: Uint8Array }
  | { readonly stream: AsyncIterable<Uint8Array> };

/** What a blob must turn out to be. A mismatch rejects with BUNDLE_BLOB_DIGEST or BUNDLE_BLOB_SIZE and keeps nothing. */
export interface BlobExpectation {
  readonly digest?: Digest;
  readonly size?: number;
  /** Named in errors. */
  readonly component?: string;
}

/** Size and address of a stored blob. */
export interface BlobInfo {
  readonly digest: Digest;
  readonly size: number;
}

/** A blob made by the pinned compressor, and what is inside it. */
export interface CompressedBlob extends BlobInfo {
  /** Digest of the uncompressed bytes: the `diff_id` of an image layer. */
  readonly contentDigest: Digest;
  readonly contentSize: number;
  /** To be set as annotation `io.slipway.compressor` on the descriptor. */
  readonly compressor: string;
}

/** Blobs by content address. Reading needs no lock. */
export interface BlobReader {
  /** Size of a blob, or undefined when the store does not have it. */
  sizeOf(digest: Digest): Promise<number | undefined>;
  hasBlob(digest: Digest): Promise<boolean>;
  /** Streams a blob. Rejects with BUNDLE_BLOB_MISSING. Does not verify: use `fsck` for that. */
  openBlob(digest: Digest, range?: { start: number; end?: number }): AsyncIterable<Uint8Array>;
  /** A small blob as bytes; refuses more than `limit` bytes (default 16 MiB). */
  readBlob(digest: Digest, limit?: number): Promise<Uint8Array>;
  /** Where the blob lies, for programs that need a file. Never write to it. */
  blobPath(digest: Digest): string;
}

/**
 * Adds to a store. Every blob is written under a temporary name, synced, verified and renamed, so a blob that can be
 * seen is whole. Blobs that no published bundle refers to are removed by `gc`.
 */
export interface LayoutWriter extends BlobReader {
  /** Stores bytes as they are. Free when the expected digest is there already (the source is then not read). */
  putBlob(source: ByteSource, expected: BlobExpectation, signal: AbortSignal): Promise<BlobInfo>;
  /**
   * Compresses with the pinned zstd compressor (same bytes in, same bytes out, on every machine) and stores the result.
   * Image layers and files should all go through here, so that deltas can rebuild them.
   */
  putCompressed(source: ByteSource, signal: AbortSignal): Promise<CompressedBlob>;
  /** Stores a manifest, config or other small document as canonical JSON (RFC 8785). */
  putJson(mediaType: string, value: unknown): Promise<Descriptor>;
  /**
   * Makes a bundle visible, after checking that everything it refers to is stored. Rejects with BUNDLE_INCOMPLETE that
   * names what is missing. Publishing the same index again is free.
   */
  publish(index: BundleIndex, about: PublishInfo, signal: AbortSignal): Promise<BundleRecord>;
}

/** Who made a bundle known to the store, and from where. */
export interface PublishInfo {
  readonly by: string;
  readonly source: string;
}

/** A bundle held by a store. */
export interface StoredBundle {
  readonly record: BundleRecord;
  readonly index: BundleIndex;
  readonly indexBytes: Uint8Array;
  readonly envelope: Envelope;
}

/** How far a long piece of work has come. Every total is known from the start. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly unit: "bytes" | "items";
  /** What is being worked on, to show to people. */
  readonly item?: string;
}

/** Is told how far a long job is. */
export type OnProgress = (progress: Progress) => void;

/** What garbage collection removed, or would remove. */
export interface GcResult {
  readonly removed: readonly BlobInfo[];
  /** Interrupted imports that were given up. */
  readonly staged: number;
  readonly bytes: number;
}

/** A blob of a bundle that is not as it should be. */
export interface FsckFinding {
  readonly digest: Digest;
  readonly component: string;
  readonly fault: "missing" | "altered";
}

/** How a check of the store is run, and whether it may mend what it finds. */
export interface CareOptions {
  readonly repair: "yes" | "no";
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}
