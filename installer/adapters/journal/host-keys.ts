import type { Kysely } from "kysely";
import type { Clock } from "../../core/ports/clock.ts";
import type { HostKeys } from "../../core/ports/host-keys.ts";
import { journalFault } from "./faults.ts";
import type { JournalTables } from "./schema.ts";

/** Pinned host keys, kept in the journal's database; a pin is on disk when `pin` resolves. */
export const hostKeysIn = (
  kysely: Kysely<JournalTables>,
  options: { readonly clock: Clock; readonly file: string; readonly sync: () => Promise<void> },
): HostKeys => {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw journalFault(thrown, options.file);
    }
  };
  return {
    pinned: (endpoint) =>
      guarded(async () => {
        const row = await kysely
          .selectFrom("host_keys")
          .select("fingerprint")
          .where("endpoint", "=", endpoint)
          .executeTakeFirst();
        return row?.fingerprint;
      }),
    pin: (endpoint, fingerprint) =>
      guarded(async () => {
        await kysely
          .insertInto("host_keys")
          .values({ endpoint, fingerprint, pinned_at: options.clock.now() })
          .onConflict((conflict) => conflict.column("endpoint").doNothing())
          .execute();
        await options.sync();
      }),
    forget: (endpoint) =>
      guarded(async () => {
        await kysely.deleteFrom("host_keys").where("endpoint", "=", endpoint).execute();
        await options.sync();
      }),
    list: () =>
      guarded(async () => {
        const rows = await kysely.selectFrom("host_keys").selectAll().orderBy("endpoint").execute();
        return rows.map(({ endpoint, fingerprint, pinned_at }) => ({
          endpoint,
          fingerprint,
          pinnedAt: pinned_at,
        }));
      }),
  };
};
