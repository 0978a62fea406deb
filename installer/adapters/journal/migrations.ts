import type Database from "better-sqlite3";
import { type Compilable, type Kysely, sql } from "kysely";
import type { JournalTables } from "./schema.ts";

/** One step of the format. A migration that was released is never edited: a new one is added. */
export interface Migration {
  /** What `PRAGMA user_version` says once it is applied; 1, 2, 3... without holes. */
  readonly version: number;
  statements(schema: Kysely<JournalTables>["schema"]): readonly Compilable[];
}

const strict = sql`strict`;

/** Every format the journal ever had, oldest first. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    statements: (schema) => [
      schema
        .createTable("events")
        .addColumn("seq", "integer", (column) => column.primaryKey())
        .addColumn("operation", "text", (column) => column.notNull())
        .addColumn("at", "integer", (column) => column.notNull())
        .addColumn("body", "text", (column) => column.notNull())
        .modifyEnd(strict),
      schema.createIndex("events_by_operation").on("events").columns(["operation", "seq"]),
      schema
        .createTable("operations")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("workflow", "text", (column) => column.notNull())
        .addColumn("cluster", "text", (column) => column.notNull())
        .addColumn("spec", "text", (column) => column.notNull())
        .addColumn("requested_by", "text", (column) => column.notNull())
        .addColumn("confirmed", "text", (column) => column.notNull())
        .addColumn("planned_steps", "integer", (column) => column.notNull())
        .addColumn("created_at", "integer", (column) => column.notNull())
        .addColumn("first_seq", "integer", (column) => column.notNull().unique())
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("ended_at", "integer")
        .addColumn("last_seq", "integer", (column) => column.notNull())
        .modifyEnd(strict),
      schema.createIndex("operations_by_status").on("operations").columns(["status", "first_seq"]),
      schema.createIndex("operations_by_cluster").on("operations").columns(["cluster", "first_seq"]),
      schema
        .createTable("steps")
        .addColumn("operation", "text", (column) => column.notNull())
        .addColumn("phase", "text", (column) => column.notNull())
        .addColumn("machine", "text", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("attempt", "integer", (column) => column.notNull())
        .addColumn("output", "text")
        .addColumn("error", "text")
        .addColumn("last_seq", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("steps_key", ["operation", "phase", "machine"])
        .modifyEnd(sql`strict, without rowid`),
      schema
        .createTable("outputs")
        .addColumn("cluster", "text", (column) => column.notNull())
        .addColumn("phase", "text", (column) => column.notNull())
        .addColumn("machine", "text", (column) => column.notNull())
        .addColumn("output", "text")
        .addColumn("at", "integer", (column) => column.notNull())
        .addColumn("seq", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("outputs_key", ["cluster", "phase", "machine"])
        .modifyEnd(sql`strict, without rowid`),
      schema
        .createTable("host_keys")
        .addColumn("endpoint", "text", (column) => column.primaryKey())
        .addColumn("fingerprint", "text", (column) => column.notNull())
        .addColumn("pinned_at", "integer", (column) => column.notNull())
        .modifyEnd(strict),
    ],
  },
  {
    version: 2,
    statements: (schema) => [
      schema
        .alterTable("operations")
        .addColumn("parameters", "text", (column) => column.notNull().defaultTo(sql`'{}'`)),
    ],
  },
  {
    version: 3,
    statements: (schema) => [
      schema
        .createTable("dhcp_leases")
        .addColumn("address", "integer", (column) => column.primaryKey())
        .addColumn("mac", "text", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("until", "integer", (column) => column.notNull())
        .modifyEnd(strict),
    ],
  },
  {
    version: 4,
    statements: (schema) => [
      schema
        .createTable("metal_records")
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("key", "text", (column) => column.notNull())
        .addColumn("value", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("metal_records_key", ["kind", "key"])
        .modifyEnd(sql`strict, without rowid`),
    ],
  },
];

/** Brings the database to the newest format in one transaction: all of it or nothing. Returns the format it had. */
export const migrate = (
  database: Database.Database,
  kysely: Kysely<JournalTables>,
  list: readonly Migration[] = migrations,
): number => {
  const found = Number(database.pragma("user_version", { simple: true }));
  const missing = list.filter((migration) => migration.version > found);
  if (missing.length === 0) return found;
  database
    .transaction(() => {
      for (const migration of missing) {
        for (const statement of migration.statements(kysely.schema)) database.exec(statement.compile().sql);
        database.pragma(`user_version = ${migration.version}`);
      }
    })
    .immediate();
  return found;
};
