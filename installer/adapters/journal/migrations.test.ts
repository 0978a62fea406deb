import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { describe, expect, test } from "vitest";
import { migrate, migrations, type Migration } from "./migrations.ts";
import { FORMAT_VERSION, type JournalTables } from "./schema.ts";

const fresh = () => {
  const database = new Database(":memory:");
  return { database, kysely: new Kysely<JournalTables>({ dialect: new SqliteDialect({ database }) }) };
};

const versionOf = (database: Database.Database): unknown => database.pragma("user_version", { simple: true });

describe("migrations", () => {
  test("are numbered without holes up to the newest format", () => {
    expect(migrations.map(({ version }) => version)).toEqual(
      Array.from({ length: FORMAT_VERSION }, (_, index) => index + 1),
    );
  });

  test("bring an older format to the newest, once", () => {
    const { database, kysely } = fresh();
    expect(migrate(database, kysely)).toBe(0);
    expect(versionOf(database)).toBe(FORMAT_VERSION);
    expect(migrate(database, kysely)).toBe(FORMAT_VERSION);
    database.close();
  });

  test("that fail half way leave the format as it was", () => {
    const { database, kysely } = fresh();
    migrate(database, kysely);
    const broken: Migration = {
      version: FORMAT_VERSION + 1,
      statements: (schema) => [
        schema.createTable("fine").addColumn("x", "integer"),
        schema.createTable("events").addColumn("x", "integer"),
      ],
    };
    expect(() => migrate(database, kysely, [...migrations, broken])).toThrow("already exists");
    expect(versionOf(database)).toBe(FORMAT_VERSION);
    expect(database.prepare("select count(*) from sqlite_schema where name = 'fine'").pluck().get()).toBe(0);
    database.close();
  });
});
