import { copyFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { SlipwayError, text, type Localized } from "../../core/contract.ts";
import { listCopies, stamp } from "./copies.ts";
import { createPrivate, exists, moveDurably, syncFolder } from "./files.ts";
import { extentOf, inspectJournal, type Extent } from "./inspect.ts";

/** What an automatic restore did; shown to the operator, never silent. */
export interface Recovery {
  /** Why the file could not be used. */
  readonly problem: string;
  /** Where the damaged file was put aside; undefined when there was none. */
  readonly keptAs: string | undefined;
  /** The copy that was put in its place. */
  readonly copy: string;
  /** Up to where the history goes now. */
  readonly restored: Extent;
  /** Up to where it went before, as far as the damaged file still tells. */
  readonly lost: Extent | undefined;
  readonly message: Localized;
}

/** A damaged journal, the folder of its copies, and what is wrong with it. */
export interface RestoreOptions {
  readonly path: string;
  readonly folder: string;
  readonly problem: string;
  /** Time for the name of the file put aside. */
  readonly now: number;
}

const SIDE_FILES = ["", "-wal", "-shm"];

/**
 * Puts the newest good copy in the place of a damaged journal, which is kept beside it under a dated name. Throws
 * JOURNAL_DAMAGED, with nothing changed, when there is no good copy. Safe to be interrupted: a journal that is missing
 * while there are copies is restored by the next start.
 */
export const restoreJournal = async (options: RestoreOptions): Promise<Recovery> => {
  const { path, folder, problem, now } = options;
  const good = await newestGood(folder);
  if (good === undefined) throw SlipwayError.of("JOURNAL_DAMAGED", { file: path, problem });

  const fresh = `${path}.restoring`;
  await createPrivate(fresh);
  await copyFile(good.copy, fresh);

  const aside = `${path}.damaged-${stamp(now)}`;
  const kept = await exists(path);
  for (const side of SIDE_FILES) {
    if (await exists(path + side)) await rename(path + side, aside + side);
  }
  await syncFolder(dirname(path));
  await moveDurably(fresh, path);

  const lost = kept ? tryExtent(aside) : undefined;
  const recovery = {
    problem,
    keptAs: kept ? aside : undefined,
    copy: good.copy,
    restored: good.extent,
    lost: lost !== undefined && lost.seq > good.extent.seq ? lost : undefined,
  };
  return { ...recovery, message: describe(recovery, path) };
};

const newestGood = async (folder: string): Promise<{ copy: string; extent: Extent } | undefined> => {
  for (const copy of await listCopies(folder)) {
    const found = await inspectJournal(copy);
    // Looking at a copy must not leave side files that a later journal could take for its own.
    await Promise.all(["-wal", "-shm"].map((side) => rm(copy + side, { force: true })));
    if (found.state === "good") return { copy, extent: found.extent };
  }
  return undefined;
};

/** The damaged file's own word on how far it went, if it can still be read at all. */
const tryExtent = (path: string): Extent | undefined => {
  try {
    const database = new Database(path, { readonly: true, fileMustExist: true });
    try {
      return extentOf(database);
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
};

const time = (at: number | undefined): string => (at === undefined ? "-" : new Date(at).toISOString());

const describe = (recovery: Omit<Recovery, "message">, path: string): Localized => {
  const { problem, keptAs, copy, restored, lost } = recovery;
  const { seq, at } = restored;
  const en = [
    `The journal ${path} was unusable (${problem}) and was restored from the automatic copy ${copy}.`,
    `History is complete up to event ${seq} (${time(at)}).`,
    lost === undefined
      ? `Anything after it is lost; how much cannot be told from the damaged file.`
      : `Events ${seq + 1} to ${lost.seq} (until ${time(lost.at)}) are lost.`,
    keptAs === undefined ? "" : `The damaged file was kept as ${keptAs}.`,
    "Operations go on by probing the machines, so nothing is repeated blindly.",
  ];
  const zh = [
    `日志库 ${path} 无法使用（${problem}），已用自动副本 ${copy} 恢复。`,
    `历史记录完整保留到第 ${seq} 条事件（${time(at)}）。`,
    lost === undefined
      ? "其后的记录已丢失；从损坏的文件中无法得知丢失了多少。"
      : `第 ${seq + 1} 至 ${lost.seq} 条事件（截至 ${time(lost.at)}）已丢失。`,
    keptAs === undefined ? "" : `损坏的文件保留为 ${keptAs}。`,
    "操作会先探测各机器的实际状态再继续，不会盲目重复。",
  ];
  return text(en.filter(Boolean).join(" "), zh.join(""));
};
