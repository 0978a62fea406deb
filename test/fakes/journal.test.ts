import { describe, expect, test } from "vitest";
import { text } from "../../installer/core/contract.ts";
import { sampleOperation } from "../support/journal-samples.ts";
import { FakeJournal } from "./journal.ts";

const { id } = sampleOperation(1);
const step = { phase: "machine.facts", machine: "m1" };
const said = { type: "step.said", step, text: text("x", "x") } as const;
const settle = (): Promise<void> => new Promise(setImmediate);

describe("the fake journal", () => {
  test("stores the event it dies at, answers nobody afterwards, and is whole when it is opened again", async () => {
    const journal = new FakeJournal();
    await journal.create(sampleOperation(1));
    journal.crashAfter(2);
    await journal.append(id, said);
    let answers = 0;
    const count = (): void => void (answers += 1);
    void journal.append(id, said).then(count, count);
    void journal.append(id, said).then(count, count);
    void journal.events({}).then(count, count);
    await journal.crashed;
    await settle();
    expect(answers).toBe(0);
    const next = journal.reopen();
    expect(await next.events({})).toHaveLength(3);
    expect(await next.append(id, said)).toMatchObject({ seq: 4 });
    expect(journal.stored).toHaveLength(3);
  });

  test("can reject after its death instead", async () => {
    const journal = new FakeJournal();
    journal.crashAfter(1, "reject");
    await expect(journal.create(sampleOperation(1))).rejects.toThrow("the process has died");
    expect(journal.stored).toHaveLength(1);
  });

  test("stores nothing while it is full", async () => {
    const journal = new FakeJournal();
    await journal.create(sampleOperation(1));
    journal.full = true;
    await expect(journal.append(id, said)).rejects.toMatchObject({ code: "JOURNAL_FULL" });
    journal.full = false;
    expect(await journal.append(id, said, "sync")).toMatchObject({ seq: 2 });
    expect(journal.durability.get(2)).toBe("sync");
  });

  test("tails like the real one", async () => {
    const journal = new FakeJournal();
    await journal.create(sampleOperation(1));
    const tail = journal.tail({ operation: id }, AbortSignal.timeout(5_000))[Symbol.asyncIterator]();
    expect((await tail.next()).value).toMatchObject({ seq: 1 });
    const next = tail.next();
    await journal.append(id, said);
    expect((await next).value).toMatchObject({ seq: 2 });
    await journal.close();
    expect((await tail.next()).done).toBe(true);
  });
});
