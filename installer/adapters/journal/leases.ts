import { type Kysely, sql } from "kysely";
import type { LeaseStore } from "../../core/ports/netboot.ts";
import { journalFault } from "./faults.ts";
import type { JournalTables } from "./schema.ts";

/** DHCP leases, kept in the journal's database: they survive the death of the process when `put` resolves. */
export const leasesIn = (kysely: Kysely<JournalTables>, file: string): LeaseStore => ({
  async load() {
    try {
      const rows = await kysely.selectFrom("dhcp_leases").selectAll().orderBy("until").execute();
      return rows.map(({ address, mac, state, until }) => ({ address, mac, state, until }));
    } catch (thrown) {
      throw journalFault(thrown, file);
    }
  },
  async put(leases) {
    if (leases.length === 0) return;
    // One statement is one transaction of its own, whatever else the connection is at.
    const rows = JSON.stringify(leases.map(({ address, mac, state, until }) => [address, mac, state, until]));
    try {
      await sql`
        insert into dhcp_leases (address, mac, state, until)
        select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(${rows}) where true
        on conflict (address) do update set mac = excluded.mac, state = excluded.state, until = excluded.until
      `.execute(kysely);
    } catch (thrown) {
      throw journalFault(thrown, file);
    }
  },
});
