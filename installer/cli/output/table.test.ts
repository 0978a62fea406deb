import { describe, expect, test } from "vitest";
import { bytesText, durationText } from "./time.ts";
import { tableLines } from "./table.ts";
import { clipped, displayWidth, padded } from "./width.ts";
import { paintFor, plain } from "./paint.ts";

describe("widths", () => {
  test.each([
    ["abc", 3],
    ["中文", 4],
    ["é", 1],
    ["\u001B[31m红\u001B[39m", 2],
    ["（：）", 6],
    ["…", 1],
  ])("%j takes %i columns", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  test("text is cut at whole characters, with an ellipsis", () => {
    expect(clipped("集群状态", 5)).toBe("集群…");
    expect(clipped("集群", 4)).toBe("集群");
    expect(clipped("abc", 0)).toBe("");
    expect(padded("集", 4)).toBe("集  ");
  });
});

test("columns line up whatever language their cells are in", () => {
  expect(
    tableLines(
      ["机器", "STATE"],
      [
        ["n1", "ok"],
        ["控制节点", "失败"],
      ],
    ),
  ).toEqual(["机器      STATE", "n1        ok", "控制节点  失败"]);
});

test.each([
  [0, "0.0s"],
  [9_940, "9.9s"],
  [12_000, "12s"],
  [185_000, "3m05s"],
  [7_800_000, "2h10m"],
])("%i ms read as %s", (ms, shown) => {
  expect(durationText(ms)).toBe(shown);
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [4096, "4.0 KiB"],
  [1.5 * 2 ** 30, "1.5 GiB"],
])("%i bytes read as %s", (bytes, shown) => {
  expect(bytesText(bytes)).toBe(shown);
});

test("colours are for terminals, and not for those who declined them", () => {
  expect(paintFor({ isTTY: true }, {})).not.toBe(plain);
  expect(paintFor({ isTTY: true }, { NO_COLOR: "1" })).toBe(plain);
  expect(paintFor({ isTTY: true }, { TERM: "dumb" })).toBe(plain);
  expect(paintFor({}, {})).toBe(plain);
});
