import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/journal-samples.ts";
import { expectNoSecretIn, findSecretsIn } from "../../../test/support/no-secret.ts";
import { SlipwayError } from "../../core/contract.ts";
import { createRedactor } from "../../core/redact.ts";
import { openLog } from "./pino-log.ts";

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
const secret = "hunter2-hunter2";

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, "engine.log");
});

afterEach(() => folder[Symbol.dispose]());

const redactor = createRedactor();
redactor.add(secret);

const lines = (): Record<string, unknown>[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("the log", () => {
  test("writes one JSON line a message, with the ids of operation, machine and phase", () => {
    const log = openLog({ file: { path }, redactor });
    const step = log.child({ operation: "op-0000000001" }).child({ machine: "m1", phase: "machine.facts" });
    step.info({ code: 3 }, "done");
    log.debug({}, "not worth it");
    log.close();
    expect(lines()).toEqual([
      {
        level: "info",
        time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        operation: "op-0000000001",
        machine: "m1",
        phase: "machine.facts",
        code: 3,
        msg: "done",
      },
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("lets no secret through: not in messages, fields, errors, causes or children", () => {
    const log = openLog({ file: { path }, level: "debug", redactor });
    const error = SlipwayError.of(
      "INTERNAL",
      { problem: secret },
      { detail: secret, cause: new Error(secret) },
    );
    log.error({ error, list: [secret], map: new Map([["x", secret]]) }, `failed with ${secret}`);
    log.child({ password: "unknown to all", note: Buffer.from(secret).toString("base64") }).debug({}, "x");
    log.close();
    expectNoSecretIn(folder.path, [secret, "unknown to all"]);
    expect(lines()[0]).toMatchObject({ error: { code: "INTERNAL", cause: { name: "Error" } } });
  });

  test("keeps to its share of the disk by turning files over", () => {
    const log = openLog({ file: { path, maxBytes: 1_000, keep: 2 }, redactor });
    for (let n = 0; n < 100; n += 1) log.info({ n }, "x".repeat(100));
    log.close();
    const names = readdirSync(folder.path).toSorted();
    expect(names).toEqual(["engine.log", "engine.log.1", "engine.log.2"]);
    for (const name of names) {
      expect(statSync(join(folder.path, name)).size).toBeLessThanOrEqual(1_000);
      expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o600);
    }
    expect(lines().at(-1)).toMatchObject({ n: 99 });
  });

  test("outlives a disk that refuses it, and says so once to whoever watches", () => {
    const seen: string[] = [];
    const pretty = { write: (line: string) => void seen.push(line), colour: "plain" } as const;
    const log = openLog({ file: { path: join(folder.path, "no", "such", "folder.log") }, pretty, redactor });
    log.info({}, "one");
    log.info({}, "two");
    expect(seen.filter((line) => line.includes("cannot be written"))).toHaveLength(1);
    expect(seen.filter((line) => / (one|two)$/m.test(line))).toHaveLength(2);
  });

  test("tells people the same in one readable line", () => {
    const seen: string[] = [];
    const pretty = { write: (line: string) => void seen.push(line), colour: "plain" } as const;
    openLog({ pretty, redactor }).warn({ machine: "m1", tries: 2, level: 7 }, "slow");
    expect(seen[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}\[m1\] slow tries=2 level_=7\n$/);
  });

  test("takes circles and odd values without a fault", () => {
    const circle: Record<string, unknown> = { n: 1n, at: new Date(0), bytes: new Uint8Array(3) };
    circle["self"] = circle;
    const log = openLog({ file: { path }, redactor });
    log.info({ circle }, "x");
    expect(lines()[0]).toMatchObject({
      circle: { n: "1", at: "1970-01-01T00:00:00.000Z", bytes: "[3 bytes]" },
    });
  });
});

describe("looking for secrets in what was written", () => {
  test("finds one in any form, so that the other tests can fail", () => {
    const log = openLog({
      file: { path },
      redactor: { redact: (text) => text, redactDeep: (value) => value },
    });
    log.info({ header: Buffer.from(`admin:${secret}`).toString("base64") }, "x");
    log.close();
    expect(findSecretsIn(folder.path, ["other", secret])).toMatchObject([{ file: path, value: 1 }]);
  });
});
