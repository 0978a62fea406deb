import { describe, expect, test } from "vitest";
import { displayWidth } from "../output/width.ts";
import { rateOf, transferLine, transferText, withSighting, type Sighting } from "./transfer.ts";

const seen = (...points: readonly (readonly [number, number])[]): readonly Sighting[] =>
  points.reduce<readonly Sighting[]>((earlier, [at, done]) => withSighting(earlier, { at, done }), []);

const view = {
  title: "importing",
  done: 50 * 2 ** 20,
  total: 200 * 2 ** 20,
  unit: "bytes",
  rate: 10 * 2 ** 20,
  item: "kube-apiserver",
  left: (time: string) => `${time} left`,
} as const;

describe("the rate", () => {
  test("is not told before there is something to tell it from", () => {
    expect(rateOf(seen())).toBeUndefined();
    expect(rateOf(seen([0, 0], [100, 5_000]))).toBeUndefined();
  });
  test("is that of the last seconds, not of the whole time", () => {
    expect(rateOf(seen([0, 0], [1_000, 1_000_000], [20_000, 1_000_100], [21_000, 1_000_200]))).toBe(100);
  });
  test("begins anew with a stage that counts from nothing", () => {
    expect(rateOf(seen([0, 500], [1_000, 900], [2_000, 0], [3_000, 50]))).toBe(50);
  });
});

describe("a line about work", () => {
  test("has the share, both amounts, the rate, the time left and what is worked on", () => {
    expect(transferText(view)).toBe(
      "importing   25%  50.0 MiB/200.0 MiB  10.0 MiB/s  15s left  kube-apiserver",
    );
  });
  test("fits the window, whatever the language", () => {
    const line = transferLine({ ...view, title: "正在导入" }, 40);
    expect(displayWidth(line)).toBeLessThanOrEqual(40);
    expect(line).toContain("[=====               ]");
  });
  test("counts pieces where there are no bytes, and is done when there was nothing to do", () => {
    expect(transferText({ ...view, unit: "items", done: 3, total: 12, rate: 1, item: "" })).toBe(
      "importing   25%  3/12  9.0s left",
    );
    expect(transferText({ ...view, done: 0, total: 0, rate: undefined, item: "" })).toBe(
      "importing  100%  0 B/0 B",
    );
  });
});
