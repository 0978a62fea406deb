import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../installer/adapters/clock/system-clock.ts";
import { openJournal, type OpenedJournal } from "../../installer/adapters/journal/open.ts";
import { openLog } from "../../installer/adapters/log/pino-log.ts";
import { openSecrets } from "../../installer/adapters/secrets/open-secrets.ts";
import { isCode, text } from "../../installer/core/contract.ts";
import { createRedactor } from "../../installer/core/redact.ts";
import { FakeLog } from "../fakes/log.ts";
import { sampleOperation } from "../support/journal-samples.ts";

let disk: string;

beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), "slipway-full-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "slipway-full", disk]);
});

afterEach(() => {
  execFileSync("umount", [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const fill = (): void => {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, "ballast"), Buffer.alloc(bavail * bsize, 1));
};

const makeSpace = (): void => rmSync(join(disk, "ballast"));

const step = { phase: "machine.facts", machine: "m1" };
const said = { type: "step.said", step, text: text("x".repeat(2_000), "一") } as const;
const { id } = sampleOperation(1);

const open = (): Promise<OpenedJournal> =>
  openJournal({
    path: join(disk, "data", "journal.db"),
    clock: systemClock,
    log: new FakeLog(),
    backupEvery: { atStart: "never", events: 1_000_000 },
  });

/** Appends in batches until the disk is full; how many events were acknowledged, and the refusal. */
const appendUntilFull = async (
  journal: OpenedJournal,
): Promise<{ acknowledged: number; refusal: unknown }> => {
  let acknowledged = 0;
  for (;;) {
    const results = await Promise.allSettled([1, 2, 3].map(() => journal.append(id, said)));
    const refused = results.filter((result) => result.status === "rejected");
    acknowledged += results.length - refused.length;
    if (refused[0] !== undefined) return { acknowledged, refusal: refused[0].reason };
  }
};

test("a full disk refuses events with JOURNAL_FULL, writes nothing by half, and is forgiven once there is space", async () => {
  const journal = await open();
  await journal.create(sampleOperation(1));
  fill();
  const { acknowledged, refusal } = await appendUntilFull(journal);
  expect(refusal).toMatchObject({ code: "JOURNAL_FULL" });
  expect(await journal.events({})).toHaveLength(acknowledged + 1);
  await expect(journal.append(id, said, "sync")).rejects.toMatchObject({ code: "JOURNAL_FULL" });
  makeSpace();
  expect(await journal.append(id, said, "sync")).toMatchObject({ seq: acknowledged + 2 });
  await journal.close();
  const again = await open();
  expect(again.recovery).toBeUndefined();
  expect(await again.events({})).toHaveLength(acknowledged + 2);
  await again.close();
});

test("an engine killed on a full disk finds everything it had acknowledged", async () => {
  const journal = await open();
  await journal.create(sampleOperation(1));
  fill();
  const { acknowledged } = await appendUntilFull(journal);
  await journal.close();
  const opening = open();
  // Whether it opens or says that the disk is full, it must not take fullness for damage.
  const refusal: unknown = await opening.then(
    (opened) => opened.close(),
    (error: unknown) => error,
  );
  expect(refusal === undefined || isCode(refusal, "JOURNAL_FULL")).toBe(true);
  makeSpace();
  const again = await open();
  expect(again.recovery).toBeUndefined();
  expect(await again.events({})).toHaveLength(acknowledged + 1);
  await again.close();
});

test("a full disk makes no new journal and leaves none half made", async () => {
  fill();
  await expect(open()).rejects.toMatchObject({ code: "JOURNAL_FULL" });
  makeSpace();
  await (await open()).close();
});

test("a full disk leaves the secrets as they were, and costs the log lines but not the engine", async () => {
  const redactor = createRedactor();
  const path = join(disk, "secrets.json");
  const secrets = await openSecrets({ path, redactor, clock: systemClock });
  await secrets.set("one", "first value");
  const log = openLog({ file: { path: join(disk, "engine.log") }, redactor });
  log.info({}, "before");
  fill();
  await expect(secrets.set("one", "x".repeat(20_000))).rejects.toMatchObject({ code: "SECRETS_NOT_WRITTEN" });
  for (let n = 0; n < 100; n += 1) log.info({ n }, "x".repeat(1_000));
  expect(await secrets.get("one")).toBe("first value");
  makeSpace();
  log.info({}, "after");
  log.close();
  expect(readFileSync(join(disk, "engine.log"), "utf8")).toContain('"msg":"after"');
  expect(await (await openSecrets({ path, redactor, clock: systemClock })).get("one")).toBe("first value");
});
