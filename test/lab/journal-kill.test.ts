import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { systemClock } from "../../installer/adapters/clock/system-clock.ts";
import { openJournal } from "../../installer/adapters/journal/open.ts";
import { stepKey } from "../../installer/core/contract.ts";
import type { Journal } from "../../installer/core/ports/journal.ts";
import { FakeJournal } from "../fakes/journal.ts";
import { FakeLog } from "../fakes/log.ts";

const KILLS = 30;
const folder = mkdtempSync(join(tmpdir(), "slipway-kill-"));
const path = join(folder, "journal.db");
const writer = new URL("../support/journal-writer.ts", import.meta.url).pathname;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the writer, kills it `ms` after its first event, and gives the numbers it had acknowledged. */
const writeAndKill = async (ms: number, durability: string, width: number): Promise<readonly number[]> => {
  const child = spawn(process.execPath, [writer, path, durability, String(width)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  await once(child.stdout, "data");
  await delay(ms);
  const ended = once(child, "close");
  child.kill("SIGKILL");
  const [, signal] = (await ended) as [unknown, string];
  expect(signal).toBe("SIGKILL");
  return output.split("\n").slice(0, -1).map(Number);
};

/** Everything the state tables say, in an order of its own. */
const stateOf = async (journal: Journal): Promise<unknown> => {
  const operations = await journal.operations();
  const steps = await Promise.all(operations.map(({ id }) => journal.steps(id)));
  return {
    operations,
    steps: steps.map((records) => records.toSorted((a, b) => (stepKey(a.step) < stepKey(b.step) ? -1 : 1))),
    outputs: await journal.latestOutputs("site-a", "machine.facts"),
  };
};

/** The state that the stored events alone lead to. */
const replay = async (journal: Journal): Promise<unknown> => {
  let now = 0;
  const copy = new FakeJournal({ clock: { now: () => now } });
  const operations = new Map((await journal.operations()).map((record) => [record.id, record]));
  for (const event of await journal.events({})) {
    now = event.at;
    const operation = operations.get(event.operation);
    if (event.body.type !== "operation.created") await copy.append(event.operation, event.body);
    else if (operation !== undefined) {
      const { id, workflow, cluster, parameters, by, confirmed, steps } = operation;
      await copy.create({ id, workflow, cluster, parameters, by, confirmed, steps });
    }
  }
  return stateOf(copy);
};

test("every acknowledged event survives kill -9, and state is what the events lead to", async () => {
  let acknowledged = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const seqs = await writeAndKill(
      Math.random() * 120,
      kill % 3 === 0 ? "sync" : "commit",
      1 + (kill % 5) * 4,
    );
    acknowledged = Math.max(acknowledged, ...seqs);
    const log = new FakeLog();
    const journal = await openJournal({ path, clock: systemClock, log, backupEvery: { atStart: "never" } });
    expect(journal.recovery).toBeUndefined();
    const stored = (await journal.events({})).map(({ seq }) => seq);
    expect(stored).toEqual(stored.map((_, index) => index + 1));
    expect(stored.length).toBeGreaterThanOrEqual(acknowledged);
    expect((await journal.operations()).length).toBe(kill + 1);
    expect(await stateOf(journal)).toEqual(await replay(journal));
    await journal.close();
  }
  expect(acknowledged).toBeGreaterThan(KILLS * 10);
});
