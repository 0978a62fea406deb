import { expect, test } from "vitest";
import { placeOf, type Area } from "./window-state.ts";

const screen: Area = { x: 0, y: 0, width: 1920, height: 1080 };
const right: Area = { x: 1920, y: 0, width: 1280, height: 1024 };
const kept = (area: Partial<Area>, maximized = false) => ({
  area: { x: 100, y: 80, width: 1000, height: 700, ...area },
  maximized,
});

test("a window opens as it was left, on whichever screen that was", () => {
  expect(placeOf(kept({ x: 2000 }, true), [screen, right])).toEqual(kept({ x: 2000 }, true));
});

test("a window whose screen has gone opens in the middle of the main one, as large as it usually is", () => {
  expect(placeOf(kept({ x: 2000 }), [screen]).area).toEqual({ x: 320, y: 120, width: 1280, height: 840 });
  expect(placeOf(kept({ y: -400 }), [screen]).area.y).toBe(120);
});

test("a small screen is not exceeded, and a window is never smaller than its pages", () => {
  expect(placeOf(undefined, [{ x: 0, y: 0, width: 1024, height: 600 }]).area).toMatchObject({
    width: 1024,
    height: 600,
  });
  expect(placeOf(kept({ width: 10, height: 10 }), [screen]).area).toMatchObject({ width: 800, height: 560 });
});

test.each([undefined, "x", {}, { area: {} }, { area: { x: "1", y: 2, width: NaN, height: 4 } }])(
  "a record that makes no sense counts as none: %j",
  (record) => expect(placeOf(record, [screen]).area.width).toBe(1280),
);
