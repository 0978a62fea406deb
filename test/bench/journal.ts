import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { systemClock } from "../../installer/adapters/clock/system-clock.ts";
import { openJournal, type OpenedJournal } from "../../installer/adapters/journal/open.ts";
import { createRedactor } from "../../installer/core/redact.ts";
import { text, type EventBody } from "../../installer/core/contract.ts";
import type { Durability } from "../../installer/core/ports/journal.ts";
import { FakeLog } from "../fakes/log.ts";
import { sampleOperation } from "../support/journal-samples.ts";

export const title = "Journal";

const EVENTS = 50_000;
const SINGLES = 500;
const MACHINES = 200;

const { id } = sampleOperation(1);

/** What a real operation writes: a start, a change, some lines and an end for each step. */
const eventOf = (n: number): EventBody => {
  const step = {
    phase: `phase.${Math.floor(n / 5 / MACHINES) % 20}`,
    machine: `m${Math.floor(n / 5) % MACHINES}`,
  };
  const line = text(`installed package ${n} of the set`, `已安装第 ${n} 个软件包`);
  switch (n % 5) {
    case 0:
      return { type: "step.started", step, attempt: 1 };
    case 1:
      return { type: "step.applying", step, why: line, effect: "changes" };
    case 4:
      return { type: "step.ended", step, outcome: "applied", durationMs: n, output: { version: `1.2.${n}` } };
    default:
      return { type: "step.said", step, text: line };
  }
};

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
};

const inBatches = async (
  journal: OpenedJournal,
  batch: { readonly size: number; readonly total: number; readonly durability: Durability },
): Promise<number> => {
  const took = await seconds(async () => {
    for (let done = 0; done < batch.total; done += batch.size) {
      await Promise.all(
        Array.from({ length: batch.size }, (_, n) => journal.append(id, eventOf(done + n), batch.durability)),
      );
    }
  });
  return Math.round(batch.total / took);
};

const oneByOne = async (journal: OpenedJournal, durability: Durability): Promise<string> => {
  const times: number[] = [];
  for (let n = 0; n < SINGLES; n += 1) {
    times.push((await seconds(() => journal.append(id, eventOf(n), durability))) * 1_000);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2);
  return `${at(0.5)} / ${at(0.99)} ms`;
};

/** The plain way, for comparison: each event in a transaction of its own, on disk before the next one. */
const plainly = (folder: string): number => {
  const database = new Database(join(folder, "plain.db"));
  database.pragma("journal_mode = wal");
  database.pragma("synchronous = full");
  database.exec("create table events (seq integer primary key, body text not null) strict");
  const insert = database.prepare("insert into events (body) values (?)");
  const start = performance.now();
  for (let n = 0; n < SINGLES; n += 1) insert.run(JSON.stringify(eventOf(n)));
  const rate = SINGLES / ((performance.now() - start) / 1_000);
  database.close();
  return Math.round(rate);
};

export const measure = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "slipway-bench-"));
  const path = join(folder, "journal.db");
  const open = (): Promise<OpenedJournal> =>
    openJournal({ path, clock: systemClock, log: new FakeLog(), redactor: createRedactor() });
  try {
    const plain = plainly(folder);
    await rm(join(folder, "plain.db"), { force: true });
    let journal = await open();
    await journal.create(sampleOperation(1));
    await inBatches(journal, { size: 100, total: 5_000, durability: "commit" });
    const hundred = await inBatches(journal, { size: 100, total: EVENTS, durability: "commit" });
    const thousand = await inBatches(journal, { size: 1_000, total: EVENTS, durability: "commit" });
    const synced = await inBatches(journal, { size: 100, total: 10_000, durability: "sync" });
    const single = await oneByOne(journal, "commit");
    const singleSync = await oneByOne(journal, "sync");
    const count = (await journal.operation(id))?.lastSeq ?? 0;
    const reading = await seconds(async () => {
      let seen = 0;
      for await (const _ of journal.tail({}, new AbortController().signal)) {
        seen += 1;
        if (seen === count) break;
      }
    });
    const copying = await seconds(() => journal.copy());
    await journal.close();
    const size = (await stat(path)).size / 2 ** 20;
    const opening = await seconds(async () => {
      journal = await open();
    });
    await journal.close();
    return [
      "| what | figure | target |",
      "| --- | --- | --- |",
      `| durable events per second, 100 a batch (survive the process) | ${hundred} | 5000 |`,
      `| durable events per second, 1000 a batch (survive the process) | ${thousand} | 5000 |`,
      `| durable events per second, 100 a batch, each waiting for fsync (survive a power cut) | ${synced} | 5000 |`,
      `| one event at a time, median / 99 % | ${single} | |`,
      `| one event at a time with fsync, median / 99 % | ${singleSync} | |`,
      `| for comparison: bare inserts, one transaction and one fsync each, per second | ${plain} | |`,
      `| reading ${count} events through a tail, per second | ${Math.round(count / reading)} | |`,
      `| opening and checking a journal of ${count} events (${size.toFixed(0)} MiB) | ${opening.toFixed(2)} s | |`,
      `| copying and checking it, in a thread of its own | ${copying.toFixed(2)} s | |`,
    ].join("\n");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
