import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { SlipwayError } from "../../core/contract.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { HostKeys } from "../../core/ports/host-keys.ts";
import type { Journal } from "../../core/ports/journal.ts";
import type { MetalStore } from "../../core/ports/metal.ts";
import type { LeaseStore } from "../../core/ports/netboot.ts";
import type { Log } from "../../core/ports/log.ts";
import type { Redactor } from "../../core/ports/secrets.ts";
import { Copies, listCopies, type CopyRule } from "./copies.ts";
import { prepareDataFolder } from "./data-folder.ts";
import { createPrivate, exists, moveDurably } from "./files.ts";
import { journalFault } from "./faults.ts";
import { GroupCommit } from "./group-commit.ts";
import { hostKeysIn } from "./host-keys.ts";
import { inspectJournal } from "./inspect.ts";
import { leasesIn } from "./leases.ts";
import { metalRecordsIn } from "./metal-records.ts";
import { migrate } from "./migrations.ts";
import { readSideOf } from "./read-side.ts";
import { restoreJournal, type Recovery } from "./restore.ts";
import { APPLICATION_ID, FORMAT_VERSION, type JournalTables } from "./schema.ts";
import { Announcements, tailEvents } from "./tail.ts";
import { prepareQueries } from "./unit-of-work.ts";
import { WriteAheadSync } from "./write-ahead.ts";

/** Where the journal lives and how it is kept safe. */
export interface JournalOptions {
  /** The database file; its folder is made if need be, with mode 0700. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Cleans every event before it is stored. Left out, events are stored as they come. */
  readonly redactor?: Pick<Redactor, "redactDeep">;
  /** Folder of the automatic copies. Default: `journal-copies` beside the database. */
  readonly backupDir?: string;
  /** Default: a copy at start, every 5,000 events and every 6 hours in which something happened; 5 are kept. */
  readonly backupEvery?: Partial<CopyRule>;
  /** Largest size of the database file; an append that would exceed it rejects with JOURNAL_FULL. Default: the disk's. */
  readonly maxBytes?: number;
}

/** The journal of one engine, with what else lives in the same database. */
export interface OpenedJournal extends Journal {
  readonly hostKeys: HostKeys;
  readonly leases: LeaseStore;
  readonly metal: MetalStore;
  /** Set when the journal was found damaged and restored from a copy; the operator must be told. */
  readonly recovery: Recovery | undefined;
  /** Makes an automatic copy now; rejects when that fails. */
  copy(): Promise<void>;
}

/**
 * Opens the journal, makes a new one where there is none, or restores a damaged one from its newest good copy. Rejects
 * with JOURNAL_NEWER, JOURNAL_FOREIGN, JOURNAL_DAMAGED, JOURNAL_FULL or DATA_DIR_UNSAFE. The caller holds the engine
 * lock: one process, one journal.
 */
export const openJournal = async (options: JournalOptions): Promise<OpenedJournal> => {
  const { path } = options;
  await prepareDataFolder(dirname(path));
  try {
    const recovery = await makeReady(options);
    if (recovery !== undefined) {
      options.log.error({ ...recovery, message: undefined }, recovery.message.en);
    }
    return await assemble(options, recovery);
  } catch (thrown) {
    throw journalFault(thrown, path);
  }
};

const copiesFolder = ({ path, backupDir }: JournalOptions): string =>
  backupDir ?? join(dirname(path), "journal-copies");

/** Leaves a sound journal at the path, or throws with nothing touched. */
const makeReady = async (options: JournalOptions): Promise<Recovery | undefined> => {
  const { path, clock } = options;
  const folder = copiesFolder(options);
  const restore = (problem: string): Promise<Recovery> =>
    restoreJournal({ path, folder, problem, now: clock.now() });
  const found = await inspectJournal(path);
  switch (found.state) {
    case "good":
      return undefined;
    case "newer":
      throw SlipwayError.of("JOURNAL_NEWER", { file: path, found: found.found, known: FORMAT_VERSION });
    case "foreign":
      throw SlipwayError.of("JOURNAL_FOREIGN", { file: path, problem: found.problem });
    case "damaged":
      return restore(found.problem);
    case "unrecognised":
      // With copies beside it, it once was a journal: then its header is what is broken.
      if ((await listCopies(folder)).length > 0) return restore(found.problem);
      throw SlipwayError.of("JOURNAL_FOREIGN", { file: path, problem: found.problem });
    case "absent":
      if ((await listCopies(folder)).length > 0) return restore("it is missing");
      if (await exists(`${path}-wal`)) {
        throw SlipwayError.of("JOURNAL_DAMAGED", {
          file: path,
          problem: "it is missing, but its write-ahead log is there",
        });
      }
      await createJournal(path);
      return undefined;
  }
};

const kyselyOn = (database: Database.Database): Kysely<JournalTables> =>
  new Kysely<JournalTables>({ dialect: new SqliteDialect({ database }) });

/** Builds an empty journal under another name first, so that a file at the path is always a whole journal. */
const createJournal = async (path: string): Promise<void> => {
  const fresh = `${path}.new`;
  await createPrivate(fresh);
  await rm(`${fresh}-journal`, { force: true });
  const database = new Database(fresh);
  try {
    database.pragma(`application_id = ${APPLICATION_ID}`);
    migrate(database, kyselyOn(database));
  } finally {
    database.close();
  }
  await moveDurably(fresh, path);
};

const assemble = async (options: JournalOptions, recovery: Recovery | undefined): Promise<OpenedJournal> => {
  const { path, clock, log, redactor } = options;
  const rule: CopyRule = { events: 5_000, hours: 6, keep: 5, atStart: "always", ...options.backupEvery };
  const copies = new Copies({ journal: path, folder: copiesFolder(options), rule, clock, log });
  const database = new Database(path, { fileMustExist: true, timeout: 10_000 });
  const kysely = kyselyOn(database);
  let wal: WriteAheadSync;
  try {
    configure(database, options.maxBytes);
    // The older format is kept as a copy: the newer one cannot be read by the program that wrote the older.
    const before = Number(database.pragma("user_version", { simple: true }));
    if (before > 0 && before < FORMAT_VERSION) await copies.take(0);
    migrate(database, kysely);
    database.pragma("wal_checkpoint(truncate)");
    wal = await WriteAheadSync.open(path, dirname(path));
  } catch (thrown) {
    database.close();
    throw thrown;
  }

  const announcements = new Announcements();
  const commits = new GroupCommit({
    database,
    queries: prepareQueries(database, kysely),
    file: path,
    wal,
    committed: (lastSeq, operations) => {
      announcements.announce(operations);
      copies.consider(lastSeq);
    },
  });
  await copies.begin(commits.lastSeq);

  const reads = readSideOf(kysely, path);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await commits.drain();
    announcements.close();
    await copies.idle();
    await wal.close();
    database.close();
  };
  return {
    ...reads,
    hostKeys: hostKeysIn(kysely, { clock, file: path, sync: () => wal.sync() }),
    leases: leasesIn(kysely, path),
    metal: metalRecordsIn(kysely, { file: path, sync: () => wal.sync() }),
    recovery,
    copy: () => copies.take(commits.lastSeq),
    create: (operation) => {
      const at = clock.now();
      return commits.run((unit) => unit.create(operation, at), "commit");
    },
    append: (operation, body, durability = "commit") => {
      const at = clock.now();
      const clean = redactor === undefined ? body : redactor.redactDeep(body);
      return commits.run((unit) => unit.append(operation, at, clean), durability);
    },
    tail: (query, signal) =>
      tailEvents({ announcements, lastSeq: () => commits.lastSeq, read: reads.events }, query, signal),
    close: () => (closing ??= close()),
  };
};

const configure = (database: Database.Database, maxBytes: number | undefined): void => {
  const mode = String(database.pragma("journal_mode = wal", { simple: true }));
  if (mode !== "wal")
    throw new Error(`SQLite works in ${mode} mode here; this file system has no shared memory`);
  database.pragma("synchronous = normal");
  // Damage is found where it is read instead of spreading.
  database.pragma("cell_size_check = on");
  database.pragma("trusted_schema = off");
  if (maxBytes === undefined) return;
  const pageSize = Number(database.pragma("page_size", { simple: true }));
  database.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
};
