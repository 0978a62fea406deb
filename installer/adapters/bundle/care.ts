import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Digest } from "../../contract/bundle/manifest.ts";
import { isCode } from "../../contract/errors/index.ts";
import type { CareOptions, FsckFinding, GcResult } from "../../core/ports/bundle.ts";
import { hexOf, settle } from "./blob-file.ts";
import { closureOf } from "./bundles.ts";
import { throwIfCancelled } from "./errors.ts";
import { listFolder, syncFolder } from "./files.ts";
import { HashPool } from "./hash-pool.ts";
import type { BundleStore } from "./store.ts";

/**
 * Removes what no bundle of the store and nobody in `keep` needs: blobs, and what killed imports left. Fails rather than
 * guesses: when one bundle cannot be read, nothing is removed.
 */
export const collectGarbage = async (
  store: BundleStore,
  options: { dryRun: "yes" | "no"; keep: readonly Digest[] },
): Promise<GcResult> => {
  using _lock = await store.lock();
  const needed = new Set<string>(options.keep.map(hexOf));
  for (const { index } of await store.bundles()) {
    for (const { digest } of await closureOf(store, index)) needed.add(hexOf(digest));
  }
  const folder = store.folder("blobs/sha256");
  const removed: { digest: Digest; size: number }[] = [];
  for (const name of await listFolder(folder)) {
    if (needed.has(name)) continue;
    const path = join(folder, name);
    removed.push({ digest: `sha256:${name}`, size: (await stat(path)).size });
    if (options.dryRun === "no") await rm(path);
  }
  const staged = await listFolder(store.folder("staging"));
  if (options.dryRun === "no") {
    for (const name of staged)
      await rm(join(store.folder("staging"), name), { recursive: true, force: true });
    await removeOldScratch(store);
    await syncFolder(folder);
  }
  return { removed, staged: staged.length, bytes: removed.reduce((sum, { size }) => sum + size, 0) };
};

/** Scratch of an export that died; one that still runs is younger than this. */
const SCRATCH_AGE_MS = 24 * 3_600_000;

const removeOldScratch = async (store: BundleStore): Promise<void> => {
  for (const name of await listFolder(store.folder("scratch"))) {
    const path = join(store.folder("scratch"), name);
    if ((await stat(path)).mtimeMs < store.now() - SCRATCH_AGE_MS) await rm(path, { recursive: true });
  }
};

/**
 * Reads every blob of every bundle and reports what is missing or altered, with the component it belongs to. With
 * `repair` altered blobs are moved aside into `quarantine/`, so that the next import brings them again.
 */
export const checkStore = async (
  store: BundleStore,
  options: CareOptions,
): Promise<readonly FsckFinding[]> => {
  using _lock = await store.lock();
  const owners = new Map<Digest, { component: string; size: number }>();
  const findings: FsckFinding[] = [];
  for (const { index, record } of await store.bundles()) {
    try {
      for (const blob of await closureOf(store, index)) owners.set(blob.digest, blob);
    } catch (error) {
      if (!isCode(error, "BUNDLE_BLOB_MISSING") && !isCode(error, "BUNDLE_BLOB_DIGEST")) throw error;
      const { params } = error as { params: Readonly<Record<string, string>> };
      const fault = isCode(error, "BUNDLE_BLOB_MISSING") ? "missing" : "altered";
      const blob = params["blob"] ?? record.index;
      findings.push({ digest: blob, component: params["component"] ?? record.name, fault });
    }
  }
  const total = [...owners.values()].reduce((sum, { size }) => sum + size, 0);
  await using pool = new HashPool();
  await Promise.all(
    [...owners].map(async ([digest, { component, size }]) => {
      throwIfCancelled(options.signal);
      const present = await store.sizeOf(digest);
      if (present === undefined) {
        findings.push({ digest, component, fault: "missing" });
        return;
      }
      const reply = await pool.run([{ path: store.blobPath(digest), start: 0, end: present }]);
      options.onProgress({ stage: "fsck", done: pool.bytesDone, total, unit: "bytes", item: component });
      const sound = "hex" in reply && `sha256:${reply.hex}` === digest && present === size;
      if (!sound) findings.push({ digest, component, fault: "altered" });
    }),
  );
  if (options.repair === "yes") await quarantine(store, findings);
  return findings.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
};

const quarantine = async (store: BundleStore, findings: readonly FsckFinding[]): Promise<void> => {
  const folder = join(store.root, "quarantine");
  await mkdir(folder, { recursive: true });
  for (const { digest, fault } of findings) {
    if (fault === "altered" && (await store.hasBlob(digest))) {
      await settle(store.blobPath(digest), join(folder, hexOf(digest)));
    }
  }
  await syncFolder(store.folder("blobs/sha256"));
};
