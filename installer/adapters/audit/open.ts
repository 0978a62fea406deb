import { closeSync, openSync } from "node:fs";
import Database from "better-sqlite3";
import type { AuditEntry, AuditFinding } from "../../contract/audit.ts";
import { canonical, checkChain, NO_HASH, type Anchor } from "../../core/audit/chain.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { AuditLog, AuditRecord } from "../../core/ports/audit.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import { anchorStore } from "./anchor.ts";
import { openAuditKeys } from "./keys.ts";
import { APPLICATION_ID, columnsOf, entryOf, formats, publicEntry, type EntryRow } from "./rows.ts";

/** Where the log is and what it is kept sound with. */
export interface AuditOptions {
  /** The database; its anchor stands beside it as `<path>.anchor`. */
  readonly path: string;
  readonly secrets: Pick<Secrets, "get" | "set">;
  readonly clock: Pick<Clock, "now">;
}

/** Action of the entry that says that the log was found shortened. Verification tells of it for good. */
export const BROKEN = "audit.broken";

/** Entries read at once; between two reads others get their turn. */
const BATCH = 500;

/**
 * Opens the audit log. It is a database of its own, so that a restored copy of the journal takes nothing from it; entries
 * are on disk (synchronous=FULL) when `append` resolves. A log that is shorter than its anchor is gone on with, after an
 * entry that says so. Rejects with STORE_UNUSABLE.
 */
export const openAudit = async (options: AuditOptions): Promise<AuditLog> => {
  const { path, clock } = options;
  const { keys, keep } = await openAuditKeys(options.secrets);
  const database = openDatabase(path);
  const anchors = anchorStore({ path: `${path}.anchor`, keys, secrets: options.secrets });
  const newest = database.prepare<[], EntryRow>("select * from entries order by seq desc limit 1");
  const insert = database.prepare(
    "insert into entries values (@seq, @at, @kind, @of_seq, @user, @via, @address, @action, @object, @about, @outcome, @duration_ms, @reason, @previous, @hash, @seal)",
  );
  const upwards = database.prepare<[number, number], EntryRow>(
    `select * from entries where seq > ? and seq <= ? order by seq limit ${BATCH}`,
  );
  const downwards = database.prepare<[number], EntryRow>(
    `select * from entries where seq < ? order by seq desc limit ${BATCH}`,
  );
  const ending = database.prepare<[number], EntryRow>("select * from entries where of_seq = ?");
  const hashAt = database.prepare<[number], { hash: string }>("select hash from entries where seq = ?");

  let last: Anchor = stateOf(newest.get());
  const add = (record: AuditRecord): AuditEntry => {
    const content = { ...record, seq: last.entries + 1, previous: last.head };
    const hash = keys.hash(canonical(content));
    insert.run(columnsOf({ ...content, hash, seal: keys.seal(hash) }));
    last = { entries: content.seq, head: hash };
    anchors.write(last);
    return { ...content, hash };
  };

  if (keep !== undefined && last.entries === 0) {
    // The anchor first: a key without one says that a log was lost.
    anchors.write(last);
    await anchors.settled();
  }
  await keep?.();
  const anchor = await anchors.read();
  const problem = shortened(last, anchor, (seq) => hashAt.get(seq)?.hash);
  if (problem !== undefined) add(brokenRecord(problem, { at: clock.now(), found: last, anchor }));
  else if (last.entries > 0) anchors.write(last);

  return {
    async append(record) {
      try {
        return add(record);
      } catch (thrown) {
        throw SlipwayError.of(
          "AUDIT_UNWRITABLE",
          { file: path, problem: wordsOf(thrown) },
          { cause: thrown },
        );
      }
    },
    entries: async function* ({ after = 0, until = Number.MAX_SAFE_INTEGER } = {}) {
      for await (const row of pages((from) => upwards.all(from, until), after)) yield publicEntry(row);
    },
    backwards: async function* (before = Number.MAX_SAFE_INTEGER) {
      for await (const row of pages((from) => downwards.all(from), before)) yield publicEntry(row);
    },
    endOf: async (seq) => {
      const row = ending.get(seq);
      return row && publicEntry(row);
    },
    unfinished: async () =>
      database
        .prepare<[], EntryRow>(
          "select * from entries as b where kind = 'begun' and not exists (select 1 from entries where of_seq = b.seq) order by seq",
        )
        .all()
        .map(publicEntry),
    async verify() {
      await anchors.settled();
      const start = last;
      const until = start.entries;
      const check = checkChain(keys);
      const broken: AuditFinding[] = [];
      // Rows that were put behind the newest one, or before the first, are looked at too.
      for await (const row of pages(
        (from) => upwards.all(from, Number.MAX_SAFE_INTEGER),
        -Number.MAX_SAFE_INTEGER,
      )) {
        if (row.seq > until && row.seq <= last.entries) continue;
        check.next(entryOf(row));
        if (row.action === BROKEN && row.via === "engine") broken.push({ seq: row.seq, fault: "truncated" });
      }
      const kept = await anchors.read();
      // While this engine runs, what it wrote itself is the better witness.
      const verdict = check.end(kept !== false && kept.entries >= until ? start : kept);
      const findings = [...broken, ...verdict.findings];
      return { ...verdict, whole: findings.length === 0, findings };
    },
    checkpoint: async () => keys.signCheckpoint({ ...last, at: clock.now() }),
    async close() {
      await anchors.settled().catch(() => undefined);
      database.close();
    },
  };
};

async function* pages(
  read: (from: number) => readonly EntryRow[],
  start: number,
): AsyncGenerator<EntryRow, void, void> {
  let from = start;
  for (;;) {
    const rows = read(from);
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined || rows.length < BATCH) return;
    from = end.seq;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const stateOf = (row: EntryRow | undefined): Anchor =>
  row === undefined ? { entries: 0, head: NO_HASH } : { entries: row.seq, head: row.hash };

/** What is wrong with the log's length, if anything is. */
const shortened = (
  last: Anchor,
  anchor: Anchor | false,
  hashAt: (seq: number) => string | undefined,
): string | undefined => {
  if (anchor === false) return "the anchor is gone or was altered";
  if (anchor.entries > last.entries) return "the log is shorter than its anchor says";
  if (anchor.entries > 0 && hashAt(anchor.entries) !== anchor.head)
    return "the log is not the one that was anchored";
  return undefined;
};

const brokenRecord = (
  problem: string,
  state: { readonly at: number; readonly found: Anchor; readonly anchor: Anchor | false },
): AuditRecord => ({
  at: state.at,
  kind: "ended",
  user: "engine",
  via: "engine",
  address: "local",
  action: BROKEN,
  object: "audit",
  about: JSON.stringify({ problem, found: state.found, anchor: state.anchor }),
  outcome: "failed",
});

const wordsOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

const openDatabase = (path: string): Database.Database => {
  let database: Database.Database | undefined;
  try {
    closeSync(openSync(path, "a", 0o600));
    database = new Database(path, { timeout: 10_000 });
    const version = Number(database.pragma("user_version", { simple: true }));
    const application = Number(database.pragma("application_id", { simple: true }));
    const empty = database.prepare("select 1 from sqlite_schema limit 1").get() === undefined;
    if (!empty && application !== APPLICATION_ID) throw new Error("it is the database of another program");
    if (version > formats.length) throw new Error(`its format ${version} is newer than this program`);
    database.pragma("journal_mode = wal");
    database.pragma("synchronous = full");
    database.pragma("cell_size_check = on");
    database.pragma("trusted_schema = off");
    const opened = database;
    opened
      .transaction(() => {
        for (const format of formats.slice(version)) opened.exec(format);
        opened.pragma(`application_id = ${APPLICATION_ID}`);
        opened.pragma(`user_version = ${formats.length}`);
      })
      .immediate();
    return database;
  } catch (thrown) {
    database?.close();
    throw SlipwayError.of("STORE_UNUSABLE", { file: path, problem: wordsOf(thrown) }, { cause: thrown });
  }
};
