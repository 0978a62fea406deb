import { open, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { SlipwayError } from "../../core/contract.ts";
import { prepareDataFolder } from "./data-folder.ts";
import { PRIVATE_FILE } from "./files.ts";
import { journalFault } from "./faults.ts";
import { codeOf } from "./sqlite-faults.ts";

/** Proof that no other engine works in the folder. The operating system takes it back when the process dies. */
export interface EngineLock {
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly since: string;
}

const LOCK = "engine.lock";
const HOLDER = "engine.json";

/**
 * Takes the data folder for this process alone: a lock of the operating system, held by an SQLite transaction that never
 * ends, so that a crash cannot leave it behind and no pid has to be guessed alive. Rejects with ENGINE_ALREADY_RUNNING
 * (naming the other engine) or DATA_DIR_UNSAFE.
 */
export const acquireEngineLock = async (folder: string): Promise<EngineLock> => {
  await prepareDataFolder(folder);
  const path = join(folder, LOCK);
  await ensureFile(path);
  const database = lock(path) ?? (await refuse(folder));
  try {
    await announce(folder);
  } catch (thrown) {
    database.close();
    throw journalFault(thrown, path);
  }
  return {
    release: async () => {
      if (database.open) database.close();
    },
  };
};

/** Makes the file if it is not there. Never removes one: two engines must not end up with a lock file each. */
const ensureFile = async (path: string): Promise<void> => {
  try {
    await (await open(path, "wx", PRIVATE_FILE)).close();
  } catch (thrown) {
    if (codeOf(thrown) !== "EEXIST") throw journalFault(thrown, path);
  }
};

/** The lock, or undefined when somebody else holds it. */
const lock = (path: string): Database.Database | undefined => {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: 0 });
    database.exec("begin exclusive");
    return database;
  } catch (thrown) {
    database?.close();
    if (thrown instanceof Database.SqliteError && thrown.code.startsWith("SQLITE_BUSY")) return undefined;
    throw journalFault(thrown, path);
  }
};

const announce = async (folder: string): Promise<void> => {
  const holder: Holder = {
    pid: process.pid,
    since: new Date(Date.now() - process.uptime() * 1_000).toISOString(),
  };
  const path = join(folder, HOLDER);
  await writeFile(`${path}.new`, `${JSON.stringify(holder)}\n`, { mode: PRIVATE_FILE });
  await rename(`${path}.new`, path);
};

const refuse = async (folder: string): Promise<never> => {
  let holder: Partial<Holder> = {};
  try {
    holder = JSON.parse(await readFile(join(folder, HOLDER), "utf8")) as Partial<Holder>;
  } catch {
    // It has just taken the lock and not yet written who it is.
  }
  throw SlipwayError.of("ENGINE_ALREADY_RUNNING", {
    pid: holder.pid ?? "?",
    since: holder.since ?? "?",
    folder,
  });
};
