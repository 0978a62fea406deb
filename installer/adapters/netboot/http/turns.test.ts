import { describe, expect, test, vi } from "vitest";
import { Turns } from "./turns.ts";

describe("turns", () => {
  test("go round, so that a client that wants much does not hold up one that wants little", async () => {
    const turns = new Turns(1);
    const order: string[] = [];
    const client = async (name: string, pieces: number): Promise<void> => {
      for (let piece = 0; piece < pieces; piece += 1) {
        const give = await turns.take();
        order.push(name);
        await Promise.resolve();
        give();
      }
    };
    await Promise.all([client("a", 3), client("b", 1), client("c", 2)]);
    expect(order.indexOf("b")).toBeLessThan(order.lastIndexOf("a"));
    expect(order.indexOf("c")).toBeLessThan(order.lastIndexOf("a"));
    expect(order).toHaveLength(6);
  });

  test("are never more than the width, and giving one back twice counts once", async () => {
    const turns = new Turns(2);
    const [first, second] = [await turns.take(), await turns.take()];
    let third = false;
    const waiting = Promise.resolve(turns.take()).then(() => void (third = true));
    await Promise.resolve();
    expect(third).toBe(false);
    first();
    first();
    await waiting;
    expect(third).toBe(true);
    second();
  });

  test("end by themselves when a client takes no byte", async () => {
    vi.useFakeTimers();
    try {
      const turns = new Turns(1);
      await turns.take();
      const next = turns.take();
      await vi.advanceTimersByTimeAsync(1001);
      expect(typeof (await next)).toBe("function");
    } finally {
      vi.useRealTimers();
    }
  });
});
