import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { fakeSecrets } from "../fakes/engine-services.ts";
import type { AuditLog, AuditRecord } from "../../installer/core/ports/audit.ts";
import { openAudit } from "../../installer/adapters/audit/open.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const record = (index: number): AuditRecord => ({
  at: 1_700_000_000_000 + index,
  kind: "ended",
  user: index % 2 === 0 ? "alice" : "bob",
  via: "session",
  address: "10.0.0.1",
  action: "operations.start",
  object: `c${index}`,
  about: "{}",
  outcome: "succeeded",
});

const site = () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-audit-"));
  undo.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "audit.db");
  const secrets = fakeSecrets();
  const open = (): Promise<AuditLog> => openAudit({ path, secrets, clock: { now: () => 1 } });
  return { path, secrets, open };
};

/** A log of so many entries, closed. */
const written = async (count: number) => {
  const made = site();
  const log = await made.open();
  for (let index = 1; index <= count; index++) await log.append(record(index));
  await log.close();
  return made;
};

/** What somebody does who can write to the file, triggers or not. */
const tamper = (path: string, sql: readonly string[]): void => {
  const database = new Database(path);
  database.exec("drop trigger entries_are_not_edited; drop trigger entries_are_not_removed;");
  for (const line of sql) database.exec(line);
  database.close();
};

const verdictOf = async (open: () => Promise<AuditLog>) => {
  const log = await open();
  const verdict = await log.verify();
  await log.close();
  return verdict;
};

describe("the audit log", () => {
  test("is whole as it was written, also for the next engine", async () => {
    const { open } = await written(5);
    expect(await verdictOf(open)).toMatchObject({ whole: true, entries: 5, anchored: 5, findings: [] });
  });

  test("can be neither edited nor shortened by a slip of a statement", async () => {
    const { path } = await written(1);
    const database = new Database(path);
    expect(() => database.exec("update entries set user = 'x'")).toThrow("append-only");
    expect(() => database.exec("delete from entries")).toThrow("append-only");
    database.close();
  });

  test.each([
    ["an edit", ["update entries set user = 'mallory' where seq = 3"], "altered"],
    ["a deletion", ["delete from entries where seq = 3"], "missing"],
    [
      "an exchange",
      [
        "update entries set seq = 99 where seq = 2",
        "update entries set seq = 2 where seq = 3",
        "update entries set seq = 3 where seq = 99",
      ],
      "altered",
    ],
    ["a cut at the end", ["delete from entries where seq > 3"], "truncated"],
    ["an emptied log", ["delete from entries"], "truncated"],
  ])("tells of %s", async (_what, sql, fault) => {
    const { path, open } = await written(5);
    tamper(path, sql);
    const { whole, findings } = await verdictOf(open);
    expect(whole).toBe(false);
    expect(findings.map((finding) => finding.fault)).toContain(fault);
  });

  test("tells of hashes that were all made anew without the site's key", async () => {
    const { path, open } = await written(3);
    const { open: other, path: elsewhere } = await written(3);
    await verdictOf(other);
    rmSync(`${path}-wal`, { force: true });
    writeFileSync(path, readFileSync(elsewhere));
    const { findings } = await verdictOf(open);
    expect(findings.map(({ fault }) => fault)).toContain("forged");
  });

  test("tells of an anchor that is gone or was altered, and goes on telling after new entries", async () => {
    const { path, secrets, open } = await written(3);
    rmSync(`${path}.anchor`);
    await secrets.remove("audit-mark");
    expect((await verdictOf(open)).whole).toBe(false);
    const log = await open();
    await log.append(record(9));
    await log.close();
    expect((await verdictOf(open)).whole).toBe(false);
  });

  test("tells of a log that was put back together with its anchor", async () => {
    const { path, open } = await written(3);
    const before = [path, `${path}.anchor`].map((file) => [file, readFileSync(file)] as const);
    for (let start = 0; start < 2; start++) {
      const log = await open();
      for (let index = 0; index < 3; index++) await log.append(record(index));
      await log.close();
    }
    for (const [file, content] of before) writeFileSync(file, content);
    expect((await verdictOf(open)).findings.map(({ fault }) => fault)).toContain("truncated");
  });

  test("finds every random edit of any column of any row", async () => {
    const { path, open } = await written(12);
    const sound = readFileSync(path);
    const column = fc.constantFrom(
      ..."at kind user via address action object about outcome previous hash seal duration_ms reason of_seq".split(
        " ",
      ),
    );
    const edit = fc.oneof(
      fc.record({ what: fc.constant("edit"), seq: fc.integer({ min: 1, max: 12 }), column }),
      fc.record({ what: fc.constant("delete"), seq: fc.integer({ min: 1, max: 12 }), column }),
      fc.record({ what: fc.constant("insert"), seq: fc.integer({ min: 13, max: 20 }), column }),
      fc.record({ what: fc.constant("move"), seq: fc.integer({ min: 1, max: 12 }), column }),
    );
    await fc.assert(
      fc.asyncProperty(edit, async ({ what, seq, column: name }) => {
        writeFileSync(path, sound);
        const number = ["at", "duration_ms", "of_seq"].includes(name);
        const statement = {
          edit: `update entries set ${name} = ${number ? `coalesce(${name}, 0) + 1` : `coalesce(${name}, '') || 'x'`} where seq = ${seq}`,
          delete: `delete from entries where seq = ${seq}`,
          insert: `insert into entries select ${seq}, at, kind, of_seq, user, via, address, action, object, about, outcome, duration_ms, reason, previous, hash, seal from entries where seq = 1`,
          move: `update entries set seq = ${seq + 20} where seq = ${seq}`,
        }[what as "edit"];
        tamper(path, [statement]);
        expect((await verdictOf(open)).whole).toBe(false);
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});
