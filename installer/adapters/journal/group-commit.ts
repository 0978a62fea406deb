import Database from "better-sqlite3";
import type { OperationId } from "../../core/contract.ts";
import type { Durability } from "../../core/ports/journal.ts";
import { journalFault } from "./faults.ts";
import { UnitOfWork, type prepareQueries } from "./unit-of-work.ts";
import type { WriteAheadSync } from "./write-ahead.ts";

/** One call that waits for its transaction. */
interface Pending {
  readonly durability: Durability;
  /** Runs inside the transaction; what it throws concerns this call alone when it is no fault of the database. */
  readonly work: (unit: UnitOfWork) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** How a transaction ended for one call. */
type Settled = { readonly value: unknown } | { readonly error: unknown };

/** Bounds how long one transaction may keep the event loop. */
const MAX_BATCH = 1_000;

/** The open database and who is told about each commit. */
export interface GroupCommitOptions {
  readonly database: Database.Database;
  readonly queries: ReturnType<typeof prepareQueries>;
  readonly file: string;
  readonly wal: WriteAheadSync;
  /** Called after each commit with the newest sequence number and the operations that got events. */
  readonly committed: (lastSeq: number, operations: ReadonlySet<OperationId>) => void;
}

/** Runs the calls of one turn of the event loop (1,000 at most) in one transaction, in call order. */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: Pending[] = [];
  #scheduled = false;
  #lastSeq: number;
  readonly #syncing = new Set<Promise<void>>();

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#lastSeq = options.queries.lastSeq.get({})?.seq ?? 0;
  }

  /** Sequence number of the newest committed event; 0 in an empty journal. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Queues `work` for the next transaction; resolves with its result once that is as durable as asked. */
  run<T>(work: (unit: UnitOfWork) => T, durability: Durability): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ durability, work, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Commits what is queued and waits until it is durable. */
  async drain(): Promise<void> {
    while (this.#queue.length > 0) this.#flush();
    await Promise.allSettled(this.#syncing);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  #flush(): void {
    const batch = this.#queue.splice(0, MAX_BATCH);
    if (batch.length === 0) return;
    let settled: readonly Settled[];
    try {
      settled = this.#commit(batch);
    } catch (thrown) {
      const error = journalFault(thrown, this.#options.file);
      for (const pending of batch) pending.reject(error);
      return;
    }
    const waiting: (() => void)[] = [];
    const unsynced: Pending[] = [];
    for (const [index, pending] of batch.entries()) {
      const result = settled[index];
      if (result === undefined || "error" in result) pending.reject(result?.error);
      else if (pending.durability === "commit") pending.resolve(result.value);
      else {
        unsynced.push(pending);
        waiting.push(() => pending.resolve(result.value));
      }
    }
    if (waiting.length > 0) this.#sync(waiting, unsynced);
  }

  #commit(batch: readonly Pending[]): readonly Settled[] {
    const { database, queries, committed } = this.#options;
    const unit = new UnitOfWork(queries, this.#lastSeq);
    const settled = database
      .transaction(() => {
        const results = batch.map(({ work }) => attempt(work, unit));
        unit.save();
        return results;
      })
      .immediate();
    this.#lastSeq = unit.lastSeq;
    committed(this.#lastSeq, unit.touched);
    return settled;
  }

  #sync(resolved: readonly (() => void)[], pending: readonly Pending[]): void {
    const done = this.#options.wal.sync().then(
      () => {
        for (const resolve of resolved) resolve();
      },
      (thrown: unknown) => {
        const error = journalFault(thrown, this.#options.file);
        for (const { reject } of pending) reject(error);
      },
    );
    this.#syncing.add(done);
    void done.finally(() => this.#syncing.delete(done));
  }
}

/** A fault of SQLite ends the whole transaction; a refusal of ours only the call that it concerns. */
const attempt = (work: Pending["work"], unit: UnitOfWork): Settled => {
  try {
    return { value: work(unit) };
  } catch (error) {
    if (error instanceof Database.SqliteError) throw error;
    return { error };
  }
};
