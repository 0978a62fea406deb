import { expect, test } from "vitest";
import { deferred } from "./deferred.ts";

class Counter {
  #count = 0;
  async add(by: number): Promise<number> {
    this.#count += by;
    return this.#count;
  }
  async fail(): Promise<void> {
    throw new Error("as it should");
  }
}

test("a deferred adapter is loaded at its first call, once, and keeps its state", async () => {
  let loads = 0;
  const counter = deferred(async () => {
    loads += 1;
    return new Counter();
  });
  expect(loads).toBe(0);
  expect(await Promise.all([counter.add(2), counter.add(3)])).toEqual([2, 5]);
  expect(loads).toBe(1);
});

test("a deferred adapter rejects as the adapter does", async () => {
  const counter = deferred(async () => new Counter());
  await expect(counter.fail()).rejects.toThrow("as it should");
});
