import { closeSync, openSync } from "node:fs";
import Database from "better-sqlite3";
import { SlipwayError } from "../../core/contract.ts";
import type { AccountStore } from "../../core/ports/accounts.ts";
import { accountQueries } from "./queries.ts";
import { APPLICATION_ID, formats } from "./tables.ts";

/** The accounts of one engine. */
export interface OpenedAccounts extends AccountStore {
  close(): Promise<void>;
}

/**
 * Opens the accounts, or makes an empty file. Every change is on disk (synchronous=FULL) before it is told to anybody.
 * Rejects with STORE_UNUSABLE; a damaged file is never replaced by an empty one, for that would let the next stranger be
 * the first administrator.
 */
export const openAccounts = async (path: string): Promise<OpenedAccounts> => {
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      if (thrown instanceof SlipwayError) throw thrown;
      const problem = thrown instanceof Error ? thrown.message : String(thrown);
      throw SlipwayError.of("STORE_UNUSABLE", { file: path, problem }, { cause: thrown });
    }
  };
  const database = guarded(() => {
    // SQLite keeps the mode of an existing file, for its side files too.
    closeSync(openSync(path, "a", 0o600));
    return new Database(path, { timeout: 10_000 });
  });
  try {
    guarded(() => prepare(database));
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    ...accountQueries(database, guarded),
    close: async () => {
      database.close();
    },
  };
};

const prepare = (database: Database.Database): void => {
  const application = Number(database.pragma("application_id", { simple: true }));
  const version = Number(database.pragma("user_version", { simple: true }));
  const empty = database.prepare("select 1 from sqlite_schema limit 1").get() === undefined;
  if (!empty && application !== APPLICATION_ID) throw new Error("it is the database of another program");
  if (version > formats.length) throw new Error(`its format ${version} is newer than this program`);
  const found = String(database.pragma("quick_check(1)", { simple: true }));
  if (found !== "ok") throw new Error(found);
  database.pragma("journal_mode = wal");
  database.pragma("synchronous = full");
  database.pragma("foreign_keys = on");
  database.pragma("trusted_schema = off");
  // What was removed shall not be readable in the file.
  database.pragma("secure_delete = on");
  database
    .transaction(() => {
      for (const format of formats.slice(version)) database.exec(format);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${formats.length}`);
    })
    .immediate();
};
