import Database from "better-sqlite3";
import { SlipwayError } from "../../contract/errors/index.ts";
import { problemOf, systemCode } from "./errors.ts";

/**
 * One writer per store, across processes. The lock is an SQLite transaction, because the operating system drops it the
 * moment its process dies, however it dies: there is no stale lock to clean up, on any platform.
 */
export const lockStore = (path: string, store: string): Disposable => {
  let database: Database.Database;
  try {
    database = new Database(path, { timeout: 0 });
  } catch (cause) {
    throw SlipwayError.of("BUNDLE_STORE_UNWRITABLE", { store, problem: problemOf(cause) }, { cause });
  }
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    if (systemCode(cause).startsWith("SQLITE_BUSY")) {
      throw SlipwayError.of("BUNDLE_STORE_BUSY", { store }, { cause });
    }
    throw SlipwayError.of("BUNDLE_STORE_UNWRITABLE", { store, problem: problemOf(cause) }, { cause });
  }
  return { [Symbol.dispose]: () => database.close() };
};
