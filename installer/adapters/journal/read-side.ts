import type { Kysely } from "kysely";
import type { OperationEvent } from "../../core/contract.ts";
import type { EventQuery, Journal } from "../../core/ports/journal.ts";
import { journalFault } from "./faults.ts";
import { fromJson, toEvent, toOperation, toStep } from "./rows.ts";
import type { JournalTables } from "./schema.ts";

/** The part of the journal that only reads. */
export type ReadSide = Pick<Journal, "operation" | "operations" | "steps" | "events" | "latestOutputs">;

/** Queries over committed state; every fault of SQLite comes out as an error of the journal's area. */
export const readSideOf = (kysely: Kysely<JournalTables>, file: string): ReadSide => {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw journalFault(thrown, file);
    }
  };
  return {
    operation: (id) =>
      guarded(async () => {
        const row = await kysely.selectFrom("operations").selectAll().where("id", "=", id).executeTakeFirst();
        return row && toOperation(row);
      }),

    operations: (filter = {}) =>
      guarded(async () => {
        let query = kysely.selectFrom("operations").selectAll().orderBy("first_seq", "desc");
        if (filter.status !== undefined) query = query.where("status", "in", filter.status);
        if (filter.cluster !== undefined) query = query.where("cluster", "=", filter.cluster);
        if (filter.limit !== undefined) query = query.limit(filter.limit);
        return (await query.execute()).map(toOperation);
      }),

    steps: (id) =>
      guarded(async () => {
        const rows = await kysely.selectFrom("steps").selectAll().where("operation", "=", id).execute();
        return rows.map(toStep);
      }),

    events: (query) => guarded(() => selectEvents(kysely, query)),

    latestOutputs: (cluster, phase) =>
      guarded(async () => {
        const rows = await kysely
          .selectFrom("outputs")
          .select(["machine", "output", "at"])
          .where("cluster", "=", cluster)
          .where("phase", "=", phase)
          .execute();
        return new Map(rows.map((row) => [row.machine, { output: fromJson(row.output), at: row.at }]));
      }),
  };
};

const selectEvents = async (
  kysely: Kysely<JournalTables>,
  { operation, after = 0, limit }: EventQuery,
): Promise<readonly OperationEvent[]> => {
  let select = kysely.selectFrom("events").selectAll().where("seq", ">", after).orderBy("seq");
  if (operation !== undefined) select = select.where("operation", "=", operation);
  if (limit !== undefined) select = select.limit(limit);
  return (await select.execute()).map(toEvent);
};
