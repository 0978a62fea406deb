import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeClock } from "../../../test/fakes/clock.ts";
import { FakeLog } from "../../../test/fakes/log.ts";
import { sampleOperation, temporaryFolder } from "../../../test/support/journal-samples.ts";
import { text, type EventBody, type OperationEvent } from "../../core/contract.ts";
import { openJournal, type JournalOptions, type OpenedJournal } from "./open.ts";

let folder: ReturnType<typeof temporaryFolder>;
let journal: OpenedJournal;
const { id } = sampleOperation(1);
const step = { phase: "machine.facts", machine: "m1" };
const said = (line: string): EventBody => ({ type: "step.said", step, text: text(line, line) });

const open = (more: Partial<JournalOptions> = {}): Promise<OpenedJournal> =>
  openJournal({
    path: join(folder.path, "journal.db"),
    clock: new FakeClock(),
    log: new FakeLog(),
    backupEvery: { atStart: "never" },
    redactor: {
      redactDeep: (value) => JSON.parse(JSON.stringify(value).replaceAll("hunter2", "***")) as never,
    },
    ...more,
  });

beforeEach(async () => {
  folder = temporaryFolder();
  journal = await open();
});

afterEach(async () => {
  await journal.close();
  folder[Symbol.dispose]();
});

const collect = async (events: AsyncIterable<OperationEvent>, count: number): Promise<number[]> => {
  const seqs: number[] = [];
  for await (const { seq } of events) {
    seqs.push(seq);
    if (seqs.length === count) break;
  }
  return seqs;
};

describe("appending", () => {
  test("gives numbers in call order, without holes, across operations", async () => {
    const results = await Promise.all([
      journal.create(sampleOperation(1)),
      journal.append(id, said("a")),
      journal.create(sampleOperation(2)),
      journal.append(sampleOperation(2).id, said("b"), "sync"),
      journal.append(id, said("c")),
    ]);
    expect(results.map((result) => ("seq" in result ? result.seq : result.lastSeq))).toEqual([1, 2, 3, 4, 5]);
  });

  test("refuses an event of an unknown operation without harm to its neighbours", async () => {
    const [created, unknown, said1] = await Promise.allSettled([
      journal.create(sampleOperation(1)),
      journal.append("op-9999999999", said("x")),
      journal.append(id, said("a")),
    ]);
    expect([created.status, unknown.status, said1.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(unknown).toMatchObject({ reason: { code: "OPERATION_NOT_FOUND" } });
    expect((await journal.events({})).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test("refuses a second operation of the same id", async () => {
    await journal.create(sampleOperation(1));
    await expect(journal.create(sampleOperation(1))).rejects.toThrow("exists already");
    expect(await journal.events({})).toHaveLength(1);
  });

  test("stores nothing of a batch that finds no space, and goes on once there is some", async () => {
    await journal.create(sampleOperation(1));
    await journal.close();
    const limited = (journal = await open({ maxBytes: 100_000 }));
    const refused = await Promise.allSettled([
      limited.append(id, said("a")),
      limited.append(id, said("x".repeat(200_000))),
      limited.append(id, said("b")),
    ]);
    expect(refused.map((result) => result.status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(refused[0]).toMatchObject({ reason: { code: "JOURNAL_FULL" } });
    expect(await limited.events({})).toHaveLength(1);
    expect(await limited.append(id, said("a"))).toMatchObject({ seq: 2 });
  });

  test("redacts before it stores", async () => {
    await journal.create(sampleOperation(1));
    const event = await journal.append(id, said("password is hunter2"));
    expect(JSON.stringify(event)).not.toContain("hunter2");
    expect(JSON.stringify(await journal.events({}))).toContain("password is ***");
  });
});

describe("a tail", () => {
  test("gives what there is, then what comes, once each and in order", async () => {
    await journal.create(sampleOperation(1));
    await journal.append(id, said("a"));
    const tail = collect(journal.tail({ after: 1 }, AbortSignal.timeout(5_000)), 4);
    await journal.append(id, said("b"));
    await Promise.all([journal.append(id, said("c")), journal.append(id, said("d"))]);
    expect(await tail).toEqual([2, 3, 4, 5]);
  });

  test("of one operation is not woken by another", async () => {
    await Promise.all([journal.create(sampleOperation(1)), journal.create(sampleOperation(2))]);
    const tail = collect(journal.tail({ operation: id }, AbortSignal.timeout(5_000)), 2);
    for (let n = 0; n < 600; n += 1) void journal.append(sampleOperation(2).id, said("x"));
    await journal.append(id, said("mine"));
    expect(await tail).toEqual([1, 603]);
  });

  test("ends without an error when it is aborted, and when the journal closes", async () => {
    await journal.create(sampleOperation(1));
    const controller = new AbortController();
    const aborted = collect(journal.tail({}, controller.signal), 99);
    const closed = collect(journal.tail({}, new AbortController().signal), 99);
    await journal.append(id, said("a"));
    await new Promise(setImmediate);
    controller.abort();
    expect(await aborted).toEqual([1, 2]);
    await journal.close();
    expect(await closed).toEqual([1, 2]);
  });

  test("of a slow reader keeps nothing in memory and misses nothing", async () => {
    await journal.create(sampleOperation(1));
    const iterator = journal.tail({}, AbortSignal.timeout(5_000))[Symbol.asyncIterator]();
    expect(await iterator.next()).toMatchObject({ value: { seq: 1 } });
    for (let n = 0; n < 1_500; n += 1) void journal.append(id, said("x"));
    await journal.append(id, said("last"));
    const seen: number[] = [];
    while (seen.length < 1_501) {
      const next = await iterator.next();
      if (next.done === true) break;
      seen.push(next.value.seq);
    }
    expect(seen).toEqual(Array.from({ length: 1_501 }, (_, index) => index + 2));
  });
});

describe("pinned host keys", () => {
  test("keep the first key until it is forgotten", async () => {
    const { hostKeys } = journal;
    await hostKeys.pin("192.0.2.1:22", "SHA256:first");
    await hostKeys.pin("192.0.2.1:22", "SHA256:second");
    expect(await hostKeys.pinned("192.0.2.1:22")).toBe("SHA256:first");
    await hostKeys.forget("192.0.2.1:22");
    expect(await hostKeys.pinned("192.0.2.1:22")).toBeUndefined();
    expect(await hostKeys.list()).toEqual([]);
  });
});
