import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BundleRecord } from "../../contract/bundle/index.ts";
import type { Digest } from "../../contract/bundle/manifest.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { BlobSink } from "../../core/bundle/reader.ts";
import type { TransportEntry, TransportHead } from "../../core/bundle/transport.ts";
import type { PublishInfo } from "../../core/ports/bundle.ts";
import { hexOf, settle } from "./blob-file.ts";
import { throwIfCancelled, writeFailure } from "./errors.ts";
import { listFolder, requireSpace, syncData, syncFolder, writeAll, writeTogether } from "./files.ts";
import { applyPatches, requireBases, scratchForPatches } from "./patches.ts";
import { takePayload } from "./payload.ts";
import type { TransportSource } from "./source.ts";
import type { BundleStore } from "./store.ts";
import { openTransport, type VerifyOptions } from "./verify.ts";

/** How a bundle is judged before its blobs are kept. */
export interface ImportOptions extends Omit<VerifyOptions, "approve"> {
  /** Judges the signatures and says what to remember about them; throws to refuse. */
  approve(
    ...of: Parameters<VerifyOptions["approve"]>
  ): BundleRecord["trust"] | Promise<BundleRecord["trust"]>;
  readonly about: PublishInfo;
}

/** What an import brought in, in blobs. */
export interface ImportResult {
  readonly record: BundleRecord;
  /** Blobs that came from the file in this run. */
  readonly written: number;
  /** Blobs that were there already, from earlier bundles or an interrupted import. */
  readonly skipped: number;
  /** Blobs rebuilt from a patch. */
  readonly patched: number;
}

/**
 * Takes a transport file into the store. Everything lands in `staging/<index digest>/` first, checked and synced blob by
 * blob, so that a killed import goes on where it was; the bundle becomes visible by one rename at the end. Until then
 * nothing that the store shows has changed.
 */
export const importTransport = async (
  store: BundleStore,
  source: TransportSource,
  options: ImportOptions,
): Promise<ImportResult> => {
  using _lock = await store.lock();
  let trust: BundleRecord["trust"] = { state: "unsigned" };
  const { head, manifests, input } = await openTransport(source, {
    signal: options.signal,
    approve: async (...of) => {
      trust = await options.approve(...of);
    },
  });
  const staging = join(store.folder("staging"), hexOf(head.indexDigest));
  try {
    const present = await presentBlobs(store, head, staging);
    await requireBases(store, head, present);
    await requireSpace(store.root, bytesNeeded(head, present));
    await mkdir(staging, { recursive: true }).catch((error: unknown) => {
      throw writeFailure(error, store.root, "staging");
    });
    await stageManifests(staging, manifests, present);
    const target = stagingTarget(staging, head, present);
    await takePayload({ ...options, source, head, target, stage: "import" }, input);
    const patched = await applyPatches({ store, head, staging, present, ...options });
    throwIfCancelled(options.signal);
    await moveIn(store, staging, head);
    const closure = [...head.manifests, ...head.blobs];
    // The store holds the whole bundle now, however it came.
    const { delta: _delta, ...envelope } = head.envelope;
    const record = await store.addBundle(
      { ...head, envelope },
      {
        ...options.about,
        digest: head.indexDigest,
        trust,
        bytes: closure.reduce((sum, blob) => sum + blob.size, 0),
        blobs: closure.length,
      },
    );
    await rm(staging, { recursive: true, force: true });
    const skipped = head.blobs.filter((blob) => present.has(blob.digest)).length;
    return { record, written: target.count(), skipped, patched };
  } finally {
    await input.close();
  }
};

/** Manifests are small and many: they get their names once all of them are on the disk. */
const stageManifests = async (
  staging: string,
  manifests: ReadonlyMap<Digest, Uint8Array>,
  present: ReadonlySet<Digest>,
): Promise<void> => {
  const fresh = [...manifests].filter(([digest]) => !present.has(digest));
  const finals = fresh.map(([digest]) => join(staging, hexOf(digest)));
  await writeTogether(new Map(fresh.map(([, bytes], at) => [`${finals[at] ?? ""}.part`, bytes])));
  for (const final of finals) await settle(`${final}.part`, final);
};

/** Everything the bundle needs that lies in the store or, whole, in the staging folder of an earlier run. */
const presentBlobs = async (
  store: BundleStore,
  head: TransportHead,
  staging: string,
): Promise<ReadonlySet<Digest>> => {
  const staged = new Set(await listFolder(staging));
  const present = new Set<Digest>();
  for (const { digest, size } of [...head.manifests, ...head.blobs, ...head.payload]) {
    if (staged.has(hexOf(digest)) || (await store.sizeOf(digest)) === size) present.add(digest);
  }
  return present;
};

const bytesNeeded = (head: TransportHead, present: ReadonlySet<Digest>): number =>
  head.payload
    .filter((entry) => !isPresent(entry, present))
    .reduce((sum, entry) => sum + entry.size + (entry.patch?.size ?? 0), 0) +
  scratchForPatches(head, present);

/** A patch is not needed when the blob it would rebuild is there. */
const isPresent = (entry: TransportEntry, present: ReadonlySet<Digest>): boolean =>
  present.has(entry.digest) || (entry.patch !== undefined && present.has(entry.patch.target));

const stagingTarget = (staging: string, head: TransportHead, present: ReadonlySet<Digest>) => {
  let written = 0;
  const temporary = (entry: TransportEntry): string => join(staging, `${hexOf(entry.digest)}.part`);
  const final = (entry: TransportEntry): string => join(staging, hexOf(entry.digest));
  const first = new Map(head.payload.map((entry) => [entry.digest, entry]));
  return {
    count: () => written,
    wants: (entry: TransportEntry) => !isPresent(entry, present) && first.get(entry.digest) === entry,
    path: temporary,
    done: async (entry: TransportEntry) => {
      await syncData(temporary(entry)).catch((error: unknown) => {
        throw writeFailure(error, staging, `${entry.component} (${entry.digest})`);
      });
      await settle(temporary(entry), final(entry));
      written += 1;
    },
    failed: async (entry: TransportEntry) => rm(temporary(entry), { force: true }),
    sink: async (entry: TransportEntry): Promise<BlobSink> => {
      const path = temporary(entry);
      const item = `${entry.component} (${entry.digest})`;
      const fail = (error: unknown): never => {
        throw writeFailure(error, staging, item);
      };
      const handle = await open(path, "w", 0o644).catch(fail);
      let at = 0;
      return {
        write: async (bytes) => {
          await writeAll(handle, bytes, at).catch(fail);
          at += bytes.length;
        },
        end: async () => {
          await handle.datasync().catch(fail);
          await handle.close();
          await settle(path, final(entry));
          written += 1;
        },
        abort: async () => {
          await handle.close();
          await rm(path, { force: true });
        },
      };
    },
  };
};

/** Blobs are named by their content, so moving them in shows nothing new until a bundle names them. */
const moveIn = async (store: BundleStore, staging: string, head: TransportHead): Promise<void> => {
  const staged = new Set(await listFolder(staging));
  try {
    await syncFolder(staging);
    for (const { digest } of [...head.manifests, ...head.blobs]) {
      if (staged.has(hexOf(digest))) await settle(join(staging, hexOf(digest)), store.blobPath(digest));
    }
    await syncFolder(store.folder("blobs/sha256"));
  } catch (error) {
    throw error instanceof SlipwayError ? error : writeFailure(error, store.root, "the blobs");
  }
};
