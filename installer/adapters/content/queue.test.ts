import { describe, expect, test } from "vitest";
import { TransferQueue } from "./queue.ts";

const signal = new AbortController().signal;

/** A queue on a clock that only the test moves, and the order in which places were given. */
const queueOf = (width: number) => {
  let now = 0;
  const queue = new TransferQueue(width, () => now);
  const started: string[] = [];
  const enter = async (name: string, machine: string, rank = 1): Promise<Disposable> => {
    const turn = await queue.enter({ machine, rank, signal });
    started.push(name);
    return turn;
  };
  return { queue, started, enter, pass: (ms: number) => void (now += ms) };
};

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the transfer queue", () => {
  test("lets as many run as it is wide, and the next when one has ended", async () => {
    const { enter, started } = queueOf(1);
    const first = await enter("first", "m1");
    const second = enter("second", "m2");
    await settled();
    expect(started).toEqual(["first"]);
    first[Symbol.dispose]();
    await second;
    expect(started).toEqual(["first", "second"]);
  });

  test("gives the next place to the machine with the fewest transfers", async () => {
    const { enter, started } = queueOf(3);
    const turns = [await enter("a1", "a"), await enter("a2", "a"), await enter("b1", "b")];
    void enter("a3", "a");
    void enter("b2", "b");
    turns[1]?.[Symbol.dispose]();
    await settled();
    expect(started.at(-1)).toBe("a3");
    turns[0]?.[Symbol.dispose]();
    await settled();
    expect(started.at(-1)).toBe("b2");
  });

  test("keeps a higher rank back while a lower one is under way, and for the pause between two of its files", async () => {
    const { enter, started, pass, queue } = queueOf(8);
    const urgent = await enter("urgent", "m1", 0);
    void enter("later", "m2", 5);
    await settled();
    expect(started).toEqual(["urgent"]);
    urgent[Symbol.dispose]();
    const next = await enter("urgent again", "m1", 0);
    expect(started).toEqual(["urgent", "urgent again"]);
    next[Symbol.dispose]();
    pass(10_000);
    (await queue.enter({ machine: "m3", rank: 5, signal }))[Symbol.dispose]();
    expect(started).toEqual(["urgent", "urgent again", "later"]);
  });

  test("forgets a caller that gives up, and its place goes to the next", async () => {
    const { enter, queue } = queueOf(1);
    const first = await enter("first", "m1");
    const gone = new AbortController();
    const waiting = queue.enter({ machine: "m2", rank: 1, signal: gone.signal });
    gone.abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
    const third = enter("third", "m3");
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await third;
  });
});
