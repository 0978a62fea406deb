import { readFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { randomUUID } from "node:crypto";

/** Start time of a process in clock ticks since boot, or undefined when there is none (proc_pid_stat(5), field 22). */
const startOf = (pid: number): string | undefined => {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program stands in brackets and may hold anything, so fields are counted after the last bracket.
    const [state, ...fields] = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : fields[18];
  } catch {
    return undefined;
  }
};

let own: string | undefined;

/** A new name for something temporary, which says who made it: process and start time, so that a reused pid does not count. */
export const temporaryName = (): string => {
  own ??= `${process.pid}-${startOf(process.pid) ?? "0"}`;
  return `.tmp-${own}-${randomUUID()}`;
};

/** True for a temporary name whose maker has ended. Names of another form are nobody's business here. */
const isOrphan = (name: string): boolean => {
  const [, pid, started] = /^\.tmp-(\d+)-(\d+)-/.exec(name) ?? [];
  return pid !== undefined && startOf(Number(pid)) !== started;
};

/**
 * Removes what makers that were killed left in folders, and nothing of those that still work. Gives the number of
 * entries removed. A folder that does not exist holds nothing.
 */
export const removeOrphans = async (folders: readonly string[]): Promise<number> => {
  let removed = 0;
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!isOrphan(name)) continue;
      await rm(join(folder, name), { recursive: true, force: true });
      removed += 1;
    }
  }
  return removed;
};

/** Removes temporary files of a blob store, which are named after the process only, when that has ended. */
export const removeOrphanBlobs = async (folder: string): Promise<number> => {
  let removed = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    const [, pid] = /^(\d+)-[0-9a-f]{16}$/.exec(name) ?? [];
    if (pid === undefined || (await stat(`/proc/${pid}`).catch(() => undefined)) !== undefined) continue;
    await rm(join(folder, name), { force: true });
    removed += 1;
  }
  return removed;
};
