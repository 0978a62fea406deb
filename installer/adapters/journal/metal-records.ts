import type { Kysely } from "kysely";
import type * as z from "zod";
import type { MetalStore } from "../../core/ports/metal.ts";
import { metalRecords, type MetalKind, type MetalRecord } from "../../core/provision/records.ts";
import { journalFault } from "./faults.ts";
import type { JournalTables } from "./schema.ts";

/** Records about blank machines, kept in the journal's database; one is on disk when `put` resolves. */
export const metalRecordsIn = (
  kysely: Kysely<JournalTables>,
  { file, sync }: { readonly file: string; readonly sync: () => Promise<void> },
): MetalStore => {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw journalFault(thrown, file);
    }
  };
  return {
    load: <K extends MetalKind>(kind: K) =>
      guarded(async () => {
        const rows = await kysely
          .selectFrom("metal_records")
          .select("value")
          .where("kind", "=", kind)
          .execute();
        return rows.map(({ value }) =>
          (metalRecords[kind] as unknown as z.ZodType<MetalRecord<K>>).parse(JSON.parse(value)),
        );
      }),
    put: (kind, key, value) =>
      guarded(async () => {
        const row = { kind, key, value: JSON.stringify(value) };
        await kysely
          .insertInto("metal_records")
          .values(row)
          .onConflict((conflict) => conflict.columns(["kind", "key"]).doUpdateSet({ value: row.value }))
          .execute();
        await sync();
      }),
    remove: (kind, key) =>
      guarded(async () => {
        await kysely.deleteFrom("metal_records").where("kind", "=", kind).where("key", "=", key).execute();
        await sync();
      }),
  };
};
