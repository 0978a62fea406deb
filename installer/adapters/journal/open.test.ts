import { createHash } from "node:crypto";
import {
  closeSync,
  cpSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { chmod, chown, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FakeClock } from "../../../test/fakes/clock.ts";
import { FakeLog } from "../../../test/fakes/log.ts";
import { sampleOperation, temporaryFolder } from "../../../test/support/journal-samples.ts";
import { text } from "../../core/contract.ts";
import { listCopies } from "./copies.ts";
import { FORMAT_VERSION } from "./schema.ts";
import { openJournal, type JournalOptions, type OpenedJournal } from "./open.ts";

const open = (folder: string, more: Partial<JournalOptions> = {}): Promise<OpenedJournal> =>
  openJournal({
    path: join(folder, "journal.db"),
    clock: new FakeClock(),
    log: new FakeLog(),
    backupEvery: { atStart: "never" },
    ...more,
  });

const step = { phase: "machine.facts", machine: "m1" };
const said = { type: "step.said", step, text: text("x".repeat(400), "一") } as const;

/** A journal of 50 events in its only copy and 30 more after that, made once. */
const sample = temporaryFolder();
beforeAll(async () => {
  const journal = await open(sample.path);
  const { id } = await journal.create(sampleOperation(1));
  await Promise.all(Array.from({ length: 49 }, () => journal.append(id, said)));
  await journal.copy();
  await Promise.all(Array.from({ length: 30 }, () => journal.append(id, said)));
  await journal.close();
});
afterAll(() => sample[Symbol.dispose]());

/** The sample in a folder of the test's own. */
const filled = (folder: string, copies: "with copies" | "without copies"): string => {
  cpSync(sample.path, folder, { recursive: true });
  if (copies === "without copies") rmSync(join(folder, "journal-copies"), { recursive: true });
  return join(folder, "journal.db");
};

const overwrite = (path: string, position: number, bytes: Uint8Array): void => {
  const file = openSync(path, "r+");
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
};

const truncate = (path: string, length: number): void => {
  const file = openSync(path, "r+");
  ftruncateSync(file, length);
  closeSync(file);
};

const digest = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

describe("opening a journal", () => {
  test("makes a private folder and private files", async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, "data");
    const journal = await open(data);
    await journal.create(sampleOperation(1));
    await journal.copy();
    const modes = ["journal.db", "journal.db-wal", "journal.db-shm"].map(
      (name) => statSync(join(data, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o600, 0o600, 0o600]);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    for (const copy of await listCopies(join(data, "journal-copies"))) {
      expect(statSync(copy).mode & 0o777).toBe(0o600);
    }
    await journal.close();
  });

  test("finds everything again", async () => {
    using folder = temporaryFolder();
    filled(folder.path, "without copies");
    const journal = await open(folder.path);
    expect((await journal.events({})).length).toBe(80);
    expect(await journal.operation(sampleOperation(1).id)).toMatchObject({
      ...sampleOperation(1),
      lastSeq: 80,
    });
    await journal.close();
  });

  test("refuses a journal of a newer version and touches nothing", async () => {
    using folder = temporaryFolder();
    const path = filled(folder.path, "without copies");
    const database = new Database(path);
    database.pragma("user_version = 99");
    database.close();
    const before = digest(path);
    const names = readdirSync(folder.path);
    await expect(open(folder.path)).rejects.toMatchObject({
      code: "JOURNAL_NEWER",
      params: { file: path, found: 99, known: FORMAT_VERSION },
    });
    expect(digest(path)).toBe(before);
    expect(readdirSync(folder.path)).toEqual(names);
  });

  test("refuses the database of another program and touches nothing", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "journal.db");
    const database = new Database(path);
    database.pragma("journal_mode = wal");
    database.exec("create table theirs (x)");
    database.close();
    const before = digest(path);
    await expect(open(folder.path)).rejects.toMatchObject({ code: "JOURNAL_FOREIGN" });
    expect(digest(path)).toBe(before);
    expect(readdirSync(folder.path)).toEqual(["journal.db"]);
  });

  test("refuses a file that is no database at all", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "journal.db");
    writeFileSync(path, "a letter to my aunt\n".repeat(500));
    const before = digest(path);
    await expect(open(folder.path)).rejects.toMatchObject({ code: "JOURNAL_FOREIGN" });
    expect(digest(path)).toBe(before);
  });

  test("refuses a folder of somebody else", async (context) => {
    if (process.getuid?.() !== 0) context.skip("only root can give a folder away");
    using folder = temporaryFolder();
    const data = join(folder.path, "data");
    await mkdir(data, { mode: 0o700 });
    await chown(data, 65_534, 65_534);
    await expect(open(data)).rejects.toMatchObject({ code: "DATA_DIR_UNSAFE" });
  });

  test("refuses a filled folder that others may enter, and closes an empty one", async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, "data");
    await mkdir(data);
    await chmod(data, 0o755);
    await (await open(data)).close();
    expect(statSync(data).mode & 0o777).toBe(0o700);
    await chmod(data, 0o750);
    await expect(open(data)).rejects.toMatchObject({ code: "DATA_DIR_UNSAFE" });
    expect(statSync(data).mode & 0o777).toBe(0o750);
  });
});

describe("a damaged journal", () => {
  const damages: readonly (readonly [string, (path: string) => void | Promise<void>])[] = [
    ["cut to nothing", (path) => truncate(path, 0)],
    ["cut inside its header", (path) => truncate(path, 60)],
    ["cut in the middle", (path) => truncate(path, 4096 * 4)],
    ["with a broken header", (path) => overwrite(path, 0, Buffer.alloc(100, 0xa5))],
    ["with a broken first page", (path) => overwrite(path, 16, Buffer.alloc(4080, 0xa5))],
    ["with flipped pages", (path) => overwrite(path, 4096 * 3, Buffer.alloc(8192, 0x5a))],
    ["with zeroed pages", (path) => overwrite(path, 4096 * 2, Buffer.alloc(4096))],
    ["removed", (path) => rm(path)],
  ];

  test.for(damages)("that was %s is restored from the newest good copy, and says so", async ([, damage]) => {
    using folder = temporaryFolder();
    const path = filled(folder.path, "with copies");
    await damage(path);
    const log = new FakeLog();
    const journal = await open(folder.path, { log });
    expect(journal.recovery).toMatchObject({ restored: { seq: 50 } });
    expect(journal.recovery?.message.en).toContain("up to event 50");
    expect(journal.recovery?.message["zh-CN"]).toContain("第 50 条");
    expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    expect((await journal.events({})).length).toBe(50);
    const aside = readdirSync(folder.path).filter((name) => name.includes(".damaged-"));
    expect(aside.map((name) => statSync(join(folder.path, name)).mode & 0o777)).toEqual(
      aside.map(() => 0o600),
    );
    await journal.append(sampleOperation(1).id, said);
    await journal.close();
  });

  test("says which events are lost when the damaged file can still tell", async () => {
    using folder = temporaryFolder();
    const path = filled(folder.path, "with copies");
    const database = new Database(path);
    // An index that lies: every table can be read, yet the check fails.
    database.unsafeMode(true);
    database.pragma("writable_schema = on");
    database.exec(
      "update sqlite_schema set rootpage = (select rootpage from sqlite_schema where name = 'steps') where name = 'events_by_operation'",
    );
    database.close();
    const journal = await open(folder.path);
    expect(journal.recovery?.lost).toMatchObject({ seq: 80 });
    expect(journal.recovery?.message.en).toContain("Events 51 to 80");
    await journal.close();
  });

  test("passes over a copy that is damaged itself", async () => {
    using folder = temporaryFolder();
    const path = filled(folder.path, "with copies");
    const journal = await open(folder.path);
    await journal.copy();
    await journal.close();
    const copies = await listCopies(join(folder.path, "journal-copies"));
    expect(copies).toHaveLength(2);
    overwrite(copies[0] ?? "", 4096 * 3, Buffer.alloc(8192, 0x5a));
    truncate(path, 4096 * 4);
    const again = await open(folder.path);
    expect(again.recovery).toMatchObject({ restored: { seq: 50 }, copy: copies[1] });
    await again.close();
  });

  test("without a copy is refused and left as it is", async () => {
    using folder = temporaryFolder();
    const path = filled(folder.path, "without copies");
    truncate(path, 4096 * 4);
    const before = digest(path);
    await expect(open(folder.path)).rejects.toMatchObject({ code: "JOURNAL_DAMAGED" });
    expect(digest(path)).toBe(before);
    truncate(path, 0);
    await expect(open(folder.path)).rejects.toMatchObject({ code: "JOURNAL_DAMAGED" });
    expect(statSync(path).size).toBe(0);
  });

  test("lets a reader that was ahead of the copy see what happens from now on", async () => {
    using folder = temporaryFolder();
    const path = filled(folder.path, "with copies");
    truncate(path, 0);
    const journal = await open(folder.path);
    const tail = journal.tail({ after: 80 }, AbortSignal.timeout(5_000))[Symbol.asyncIterator]();
    const next = tail.next();
    await journal.append(sampleOperation(1).id, said);
    expect(await next).toMatchObject({ value: { seq: 51 } });
    await tail.return?.();
    await journal.close();
  });
});

describe("automatic copies", () => {
  test("are made at start and after so many events, and the oldest go", async () => {
    using folder = temporaryFolder();
    const clock = new FakeClock();
    const journal = await open(folder.path, { clock, backupEvery: { events: 10, keep: 1 } });
    const { id } = await journal.create(sampleOperation(1));
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(Array.from({ length: 10 }, () => journal.append(id, said)));
      await clock.advance(1_000);
      await journal.copy();
    }
    await journal.close();
    const copies = await listCopies(join(folder.path, "journal-copies"));
    expect(copies.map((copy) => copy.slice(-15))).toEqual(["000000000021.db"]);
  });

  test("that cannot be made are reported and hold nobody up", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "occupied"), "");
    await chmod(folder.path, 0o700);
    const log = new FakeLog();
    const journal = await open(folder.path, { log, backupDir: join(folder.path, "occupied", "copies") });
    await journal.create(sampleOperation(1));
    await expect(journal.copy()).rejects.toThrow("ENOTDIR");
    expect(log.lines).toMatchObject([{ level: "warn", message: "the journal could not be copied" }]);
    await journal.close();
  });
});
