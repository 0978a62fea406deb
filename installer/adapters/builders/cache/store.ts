import { readdir, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { BuildCache, CachedComponent, PackingStore } from "../../../core/ports/builders.ts";
import type { CompressedBlob, LayoutWriter } from "../../../core/ports/bundle.ts";
import { readIfThere, sha256Text, writeAtomically } from "../common/files.ts";
import { removeOrphanBlobs, removeOrphans } from "../common/owner.ts";
import { readReusing } from "../common/read-file.ts";
import { makeSerial } from "../common/serial.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";

/** Every folder in which builders make something under a temporary name. */
const SCRATCH = [
  ["components"],
  ["packed"],
  ["joined"],
  ["files"],
  ["npm"],
  ["pypi"],
  ["go", "out"],
  ["go", "bin"],
  ["go", "bootstrap"],
  ["apt", "packages"],
  ["apt", "unpacked"],
  ["apt", "sysroots"],
  ["system"],
  ["system", "kernels"],
  ["system", "roots"],
  ["system", "node-os"],
  ["system", "installer"],
] as const;

/** Keeps finished components as small records beside a blob store; a record whose blobs are gone counts as absent. */
export const buildCache = (settings: BuilderSettings, blobs: PackingStore): BuildCache => {
  const serial = makeSerial();
  const recordPath = (key: string): string => cacheFolder(settings, "components", `${sha256Text(key)}.json`);
  const blobPath = (key: string): string => cacheFolder(settings, "packed", `${sha256Text(key)}.json`);
  return {
    blobs,
    find: async (key) => {
      const text = await readIfThere(recordPath(key));
      if (text === undefined) return undefined;
      try {
        const record = JSON.parse(text) as CachedComponent;
        return (await allThere(record, blobs)) ? record : undefined;
      } catch {
        return undefined;
      }
    },
    keep: async (key, component) => {
      await writeAtomically(recordPath(key), JSON.stringify(component));
    },
    pack: (source, signal) =>
      serial(() =>
        blobs.putCompressed("path" in source ? { stream: readReusing(source.path) } : source, signal),
      ),
    findBlob: async (key) => {
      const text = await readIfThere(blobPath(key));
      if (text === undefined) return undefined;
      try {
        const blob = JSON.parse(text) as CompressedBlob;
        // Another compressor gives other bytes, so what it made does not stand for what this one would make.
        if (blob.compressor !== blobs.compressor) return undefined;
        return (await blobs.sizeOf(blob.digest)) === blob.size ? blob : undefined;
      } catch {
        return undefined;
      }
    },
    keepBlob: (key, blob) => writeAtomically(blobPath(key), JSON.stringify(blob)),
    tidy: async () =>
      (await removeOrphans(SCRATCH.map((parts) => cacheFolder(settings, ...parts)))) +
      (await removeOrphanBlobs(cacheFolder(settings, "blobs", "tmp"))),
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(settings.cache);
      return bavail * bsize;
    },
    prune: (limitBytes) => pruneCompilerCache(cacheFolder(settings, "go", "build"), limitBytes),
  };
};

const allThere = async (record: CachedComponent, blobs: LayoutWriter): Promise<boolean> => {
  for (const { digest, size } of record.blobs) if ((await blobs.sizeOf(digest)) !== size) return false;
  return true;
};

/** Removes the entries of a Go build cache that were not used for longest, until it is below the limit. */
const pruneCompilerCache = async (folder: string, limitBytes: number): Promise<number> => {
  const files: { path: string; size: number; usedAt: number }[] = [];
  for (const shard of await readdir(folder).catch(() => [])) {
    if (!/^[0-9a-f]{2}$/.test(shard)) continue;
    for (const name of await readdir(join(folder, shard))) {
      const path = join(folder, shard, name);
      const about = await stat(path).catch(() => undefined);
      // Go sets the time of an entry when it uses it (cmd/go/internal/cache).
      if (about?.isFile() === true) files.push({ path, size: about.size, usedAt: about.mtimeMs });
    }
  }
  let total = files.reduce((sum, { size }) => sum + size, 0);
  let freed = 0;
  for (const { path, size } of files.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (total <= limitBytes) break;
    await rm(path, { force: true });
    total -= size;
    freed += size;
  }
  return freed;
};
