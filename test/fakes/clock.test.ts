import { describe, expect, test } from "vitest";
import { FakeClock } from "./clock.ts";

describe("the fake clock", () => {
  test("wakes sleepers in the order of their times, those of the same time in the order they came", async () => {
    const clock = new FakeClock();
    const woke: string[] = [];
    for (const [name, ms] of [
      ["c", 30],
      ["a", 10],
      ["b", 20],
      ["b2", 20],
    ] as const) {
      void clock.sleep(ms).then(() => woke.push(`${name}@${clock.monotonic()}`));
    }
    await clock.advance(20);
    expect(woke).toEqual(["a@10", "b@20", "b2@20"]);
    await clock.advance(100);
    expect(woke.at(-1)).toBe("c@30");
    expect(clock.monotonic()).toBe(120);
  });

  test("wakes sleepers that lie down while time passes", async () => {
    const clock = new FakeClock();
    let rounds = 0;
    const loop = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(10);
        rounds += 1;
      }
    };
    void loop();
    await clock.advance(55);
    expect(rounds).toBe(5);
  });

  test("rejects with CANCELLED on abort and forgets the sleeper", async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const sleeping = clock.sleep(10, controller.signal);
    controller.abort();
    await expect(sleeping).rejects.toMatchObject({ code: "CANCELLED" });
    expect(clock.pending).toBe(0);
  });

  test("jumps by itself when nothing else is left to do", async () => {
    const clock = new FakeClock({ autoAdvance: true });
    const order: string[] = [];
    const busy = async (): Promise<void> => {
      for (let tick = 0; tick < 100; tick += 1) await Promise.resolve();
      await new Promise(setImmediate);
      order.push(`worked at ${clock.monotonic()}`);
      await clock.sleep(86_400_000);
      order.push(`woke at ${clock.monotonic()}`);
    };
    await Promise.all([busy(), clock.sleep(172_800_000)]);
    expect(order).toEqual(["worked at 0", "woke at 86400000"]);
  });

  test("moves the wall clock without moving durations", () => {
    const clock = new FakeClock({ start: 1_000 });
    clock.jump(-500);
    expect([clock.now(), clock.monotonic()]).toEqual([500, 0]);
  });
});
