import { expect, test } from "vitest";
import { Rates } from "./rate.ts";

test("an address may burst, then goes on at its rate, and does not spend what is another's", () => {
  const rates = new Rates({ perSecond: 2, burst: 5 });
  const burst = Array.from({ length: 7 }, () => rates.take("a", 0));
  expect(burst).toEqual([0, 0, 0, 0, 0, 1, 1]);
  expect(rates.take("b", 0)).toBe(0);
  expect([rates.take("a", 500), rates.take("a", 500)]).toEqual([0, 1]);
  expect(Array.from({ length: 6 }, () => rates.take("a", 60_000)).filter((wait) => wait > 0)).toHaveLength(1);
});
