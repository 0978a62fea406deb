import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { PatchEntry } from "../../contract/bundle/index.ts";
import type { Digest } from "../../contract/bundle/manifest.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { checkDigest } from "../../core/bundle/reader.ts";
import type { TransportEntry, TransportHead } from "../../core/bundle/transport.ts";
import type { OnProgress } from "../../core/ports/bundle.ts";
import { hexOf, settle, writeTemporary } from "./blob-file.ts";
import { HashPool } from "./hash-pool.ts";
import { readPatchHeader, rebuild } from "./patch-apply.ts";
import type { BundleStore } from "./store.ts";

interface PatchRun {
  readonly store: BundleStore;
  readonly head: TransportHead;
  readonly staging: string;
  readonly present: ReadonlySet<Digest>;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Blobs rebuilt at the same time. Each needs some 100 MB, most of it zstd's; two stay under the promised peak. */
const PARALLEL = 2;

/** Unpacked bases are at most this many times their size for the estimate of scratch space. */
const UNPACKED_RATIO = 5;

/** Room that applying patches takes at its worst moment, besides the results. */
export const scratchForPatches = (head: TransportHead, present: ReadonlySet<Digest>): number =>
  needed(head, present)
    .map(({ patch }) => patch.baseSize * UNPACKED_RATIO)
    .toSorted((a, b) => b - a)
    .slice(0, PARALLEL)
    .reduce((sum, bytes) => sum + bytes, 0);

/**
 * Refuses a delta that does not fit this site, before anything is written: what it leaves out must be here, and the bases
 * of its patches must be here with the very content. Rejects with BUNDLE_BASE_MISSING or BUNDLE_BASE_WRONG.
 */
export const requireBases = async (
  store: BundleStore,
  head: TransportHead,
  present: ReadonlySet<Digest>,
): Promise<void> => {
  const missing: { digest: Digest; component: string }[] = head.omitted.filter(
    (blob) => !present.has(blob.digest),
  );
  const patches = needed(head, present);
  for (const { patch, component } of patches) {
    if ((await store.sizeOf(patch.base)) !== patch.baseSize) missing.push({ digest: patch.base, component });
  }
  const [first] = missing;
  if (first !== undefined) {
    throw SlipwayError.of("BUNDLE_BASE_MISSING", {
      count: missing.length,
      blob: first.digest,
      component: first.component,
    });
  }
  if (patches.length === 0) return;
  await using pool = new HashPool();
  await Promise.all(
    patches.map(async ({ patch, component }) => {
      const reply = await pool.run([{ path: store.blobPath(patch.base), start: 0, end: patch.baseSize }]);
      if ("hex" in reply && `sha256:${reply.hex}` === patch.base) return;
      throw SlipwayError.of("BUNDLE_BASE_WRONG", { blob: patch.base, component });
    }),
  );
};

/** Rebuilds every blob that came as a patch into the staging folder, and lets the patches go. Resolves with how many. */
export const applyPatches = async (run: PatchRun): Promise<number> => {
  const jobs = needed(run.head, run.present);
  const total = jobs.reduce((sum, { patch }) => sum + patch.size, 0);
  let done = 0;
  const queue = jobs.toSorted((a, b) => b.patch.size - a.patch.size);
  const lane = async (): Promise<void> => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      run.onProgress({ stage: "rebuild", done, total, unit: "bytes", item: job.component });
      await applyOne(run, job);
      done += job.patch.size;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: PARALLEL }, lane));
  for (const result of lanes) if (result.status === "rejected") throw result.reason;
  run.onProgress({ stage: "rebuild", done, total, unit: "bytes" });
  for (const { digest } of jobs) await rm(join(run.staging, hexOf(digest)), { force: true });
  return jobs.length;
};

const applyOne = async (run: PatchRun, entry: PatchedEntry): Promise<void> => {
  const { patch, component } = entry;
  const job = {
    patchPath: join(run.staging, hexOf(entry.digest)),
    patchSize: entry.size,
    basePath: run.store.blobPath(patch.base),
    baseSize: patch.baseSize,
    target: { digest: patch.target, size: patch.size },
    component,
    scratch: run.staging,
  };
  const { header } = await readPatchHeader(job);
  if (header.base.digest !== patch.base) {
    throw SlipwayError.of("BUNDLE_PATCH_BAD", {
      blob: patch.target,
      component,
      problem: `it is made for ${header.base.digest}`,
    });
  }
  const rebuilt = await writeTemporary(upTo(rebuild(job), entry), {
    folder: run.staging,
    expected: { component },
    signal: run.signal,
  });
  try {
    checkDigest({ digest: patch.target, component }, rebuilt.digest);
  } catch (error) {
    await rm(rebuilt.path, { force: true });
    throw error;
  }
  await settle(rebuilt.path, join(run.staging, hexOf(patch.target)));
};

/** Stops as soon as more comes out than the index allows. */
async function* upTo(
  stream: AsyncIterable<Uint8Array>,
  entry: PatchedEntry,
): AsyncGenerator<Uint8Array, void> {
  let seen = 0;
  for await (const piece of stream) {
    seen += piece.length;
    if (seen > entry.patch.size) {
      throw SlipwayError.of("BUNDLE_BLOB_SIZE", {
        blob: entry.patch.target,
        component: entry.component,
        actual: seen,
        expected: entry.patch.size,
      });
    }
    yield piece;
  }
}

type PatchedEntry = TransportEntry & { readonly patch: PatchEntry };

const needed = (head: TransportHead, present: ReadonlySet<Digest>): readonly PatchedEntry[] =>
  head.payload.filter(
    (entry): entry is PatchedEntry => entry.patch !== undefined && !present.has(entry.patch.target),
  );
