import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LabFolders } from "./layout.ts";
import { listLabs, readRecord } from "./state.ts";

const mountsOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/mounts`, "utf8");
  } catch {
    return "";
  }
};

/** Names in the cache that a lab of this home was made over, switched off or not. */
const namesInRecords = (folders: LabFolders): ReadonlySet<string> =>
  new Set(
    listLabs(folders).flatMap((lab) => {
      const record = readRecord(folders, lab);
      if (record === undefined) return [];
      return [record.base, ...(record.vm === undefined ? [] : [record.vm.tools, record.vm.image])];
    }),
  );

/**
 * Removes earlier versions of a cached system that no lab was made over and that no process has mounted (labs may have
 * another home than this one). Called after a new version was built, with the lock on that kind held.
 */
export const pruneCache = (folders: LabFolders, kind: string, keep: string): void => {
  const cache = join(folders.cache, "lab");
  const recorded = namesInRecords(folders);
  const mounted = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(mountsOf);
  const versions = new RegExp(`^${kind}-[0-9a-f]{16}(\\.image)?(\\.new)?$`);
  for (const name of readdirSync(cache)) {
    if (!versions.test(name) || name.startsWith(keep) || recorded.has(name)) continue;
    const path = join(cache, name);
    if (mounted.some((mounts) => mounts.includes(path))) continue;
    rmSync(path, { recursive: true, force: true });
  }
};
