import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BundleIndex, BundleRecord, Envelope } from "../../contract/bundle/index.ts";
import type { Descriptor, Digest } from "../../contract/bundle/manifest.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { canonicalBytes } from "../../core/bundle/canonical.ts";
import { blobName, LAYOUT_BYTES } from "../../core/bundle/transport.ts";
import type {
  BlobExpectation,
  BlobInfo,
  ByteSource,
  CompressedBlob,
  LayoutWriter,
  PublishInfo,
  StoredBundle,
} from "../../core/ports/bundle.ts";
import { bytesOf, hexOf, settle, writeTemporary } from "./blob-file.ts";
import { readBundles, requireComplete, writeBundle, writeRootIndex } from "./bundles.ts";
import { problemOf, systemCode, throwIfCancelled, writeFailure } from "./errors.ts";
import { listFolder, makeFolders, readPieces, syncFolder, writeAtomically } from "./files.ts";
import { digestOf, HashingStream } from "./hasher.ts";
import { lockStore } from "./lock.ts";
import { compress, type CompressorName, DEFAULT_COMPRESSOR } from "./zstd.ts";

const FOLDERS = ["blobs/sha256", "bundles", "staging", "scratch", "tmp"] as const;

/** Clock and compressor, for tests and for builds that must come out equal. */
export interface StoreOptions {
  readonly now?: () => number;
  readonly compressor?: CompressorName;
}

/**
 * Content store on a file system: an OCI image layout (`oci-layout`, `index.json`, `blobs/sha256/`) that holds any number
 * of bundles (`bundles/<index digest>/`). A blob or bundle that can be seen is whole and durable; what a crash leaves
 * lies in `tmp/` and `staging/`, where no reader looks. Writers take the lock; readers need none.
 */
export class BundleStore implements LayoutWriter {
  readonly root: string;
  readonly #now: () => number;
  readonly #compressor: CompressorName;

  private constructor(root: string, options: StoreOptions) {
    this.root = root;
    this.#now = options.now ?? Date.now;
    this.#compressor = options.compressor ?? DEFAULT_COMPRESSOR;
  }

  /** Opens a store, making it when it does not exist yet. */
  static async open(root: string, options: StoreOptions = {}): Promise<BundleStore> {
    try {
      await mkdir(root, { recursive: true, mode: 0o755 });
    } catch (error) {
      throw writeFailure(error, root, root);
    }
    const marker = join(root, "oci-layout");
    const found = await readFile(marker).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return undefined;
      throw SlipwayError.of("BUNDLE_STORE_BAD", { store: root, problem: problemOf(error) });
    });
    if (found === undefined) {
      await makeFolders(root, FOLDERS);
      await writeAtomically(marker, LAYOUT_BYTES);
    } else if (!found.equals(LAYOUT_BYTES)) {
      throw SlipwayError.of("BUNDLE_STORE_BAD", { store: root, problem: "unknown oci-layout" });
    } else {
      await makeFolders(root, FOLDERS);
    }
    return new BundleStore(root, options);
  }

  /** The right to write, until disposed. Rejects with BUNDLE_STORE_BUSY. Clears what an earlier crash left in `tmp/`. */
  async lock(): Promise<Disposable> {
    const lock = lockStore(join(this.root, "lock.db"), this.root);
    for (const name of await listFolder(this.folder("tmp"))) {
      await rm(join(this.folder("tmp"), name), { force: true, recursive: true });
    }
    return lock;
  }

  get compressor(): CompressorName {
    return this.#compressor;
  }

  folder(name: (typeof FOLDERS)[number]): string {
    return join(this.root, name);
  }

  now(): number {
    return this.#now();
  }

  blobPath(digest: Digest): string {
    return join(this.root, blobName(digest));
  }

  async sizeOf(digest: Digest): Promise<number | undefined> {
    try {
      return (await stat(this.blobPath(digest))).size;
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw SlipwayError.of("BUNDLE_STORE_BAD", { store: this.root, problem: problemOf(error) });
    }
  }

  async hasBlob(digest: Digest): Promise<boolean> {
    return (await this.sizeOf(digest)) !== undefined;
  }

  async *openBlob(
    digest: Digest,
    range: { start: number; end?: number } = { start: 0 },
  ): AsyncGenerator<Uint8Array, void> {
    try {
      yield* readPieces(this.blobPath(digest), range);
    } catch (error) {
      throw this.#readFailure(error, digest);
    }
  }

  async readBlob(digest: Digest, limit = 16 * 2 ** 20): Promise<Uint8Array> {
    const size = await this.sizeOf(digest);
    if (size !== undefined && size > limit) {
      throw SlipwayError.of("BUNDLE_SIZE_ABSURD", { item: digest, bytes: size, limit });
    }
    try {
      return await readFile(this.blobPath(digest));
    } catch (error) {
      throw this.#readFailure(error, digest);
    }
  }

  async putBlob(source: ByteSource, expected: BlobExpectation, signal: AbortSignal): Promise<BlobInfo> {
    throwIfCancelled(signal);
    if (expected.digest !== undefined) {
      const size = await this.sizeOf(expected.digest);
      if (size !== undefined) return { digest: expected.digest, size };
    }
    return this.#keep(bytesOf(source), expected, signal);
  }

  async putCompressed(source: ByteSource, signal: AbortSignal): Promise<CompressedBlob> {
    const content = new HashingStream();
    const packed = compress(content.through(bytesOf(source)), this.#compressor);
    const blob = await this.#keep(packed, {}, signal);
    return {
      ...blob,
      contentDigest: content.digest(),
      contentSize: content.size,
      compressor: this.#compressor,
    };
  }

  async putJson(mediaType: string, value: unknown): Promise<Descriptor> {
    const bytes = canonicalBytes(value);
    const digest = digestOf(bytes);
    const expected = { digest, size: bytes.length };
    await this.putBlob({ bytes }, expected, AbortSignal.timeout(60_000));
    return { mediaType, ...expected };
  }

  async publish(index: BundleIndex, about: PublishInfo, signal: AbortSignal): Promise<BundleRecord> {
    throwIfCancelled(signal);
    const indexBytes = canonicalBytes(index);
    const digest = digestOf(indexBytes);
    const totals = await requireComplete(this, index);
    const envelope: Envelope = { schema: 1, index: digest, signatures: [], rotations: [] };
    const earlier = (await this.bundles()).find((bundle) => bundle.record.index === digest);
    if (earlier !== undefined) return earlier.record;
    const trust = { state: "unsigned" } as const;
    return this.addBundle({ index, indexBytes, envelope }, { ...about, ...totals, digest, trust });
  }

  /** Makes a bundle visible whose blobs are all in place. The last step of a build, an import and a signing. */
  async addBundle(
    bundle: Omit<StoredBundle, "record">,
    about: PublishInfo & Pick<BundleRecord, "trust" | "bytes" | "blobs"> & { digest: Digest },
  ): Promise<BundleRecord> {
    const record = await writeBundle(this, bundle, about);
    await writeRootIndex(this);
    return record;
  }

  /** Every bundle of the store, oldest first. */
  async bundles(): Promise<readonly StoredBundle[]> {
    return readBundles(this);
  }

  /** Forgets a bundle; its blobs go with the next `gc`. */
  async removeBundle(digest: Digest): Promise<void> {
    await rm(join(this.folder("bundles"), hexOf(digest)), { recursive: true, force: true });
    await syncFolder(this.folder("bundles"));
    await writeRootIndex(this);
  }

  async #keep(
    stream: AsyncIterable<Uint8Array>,
    expected: BlobExpectation,
    signal: AbortSignal,
  ): Promise<BlobInfo> {
    const { path, digest, size } = await writeTemporary(stream, {
      folder: this.folder("tmp"),
      expected,
      signal,
    });
    await settle(path, this.blobPath(digest));
    await syncFolder(this.folder("blobs/sha256"));
    return { digest, size };
  }

  #readFailure(error: unknown, digest: Digest): SlipwayError {
    if (error instanceof SlipwayError) return error;
    return systemCode(error) === "ENOENT"
      ? SlipwayError.of("BUNDLE_BLOB_MISSING", { blob: digest, component: "the store" }, { cause: error })
      : SlipwayError.of(
          "BUNDLE_STORE_BAD",
          { store: this.root, problem: `${digest}: ${problemOf(error)}` },
          { cause: error },
        );
  }
}
