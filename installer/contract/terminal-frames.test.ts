import { describe, expect, test } from "vitest";
import { eventLine, headLine, readEvent, readHead } from "./asciicast.ts";
import {
  endedFrame,
  fromFrame,
  headOutput,
  inputFrame,
  MAX_INPUT_BYTES,
  OUTPUT_HEADER,
  readClientFrame,
  readEngineFrame,
  resizeFrame,
  shownFrame,
} from "./terminal-frames.ts";

describe("frames of a terminal", () => {
  test("come out as they went in, beyond four gigabytes too", () => {
    const sequence = 2 ** 40 + 7;
    expect(readClientFrame(inputFrame(Buffer.from("中")))).toEqual({
      kind: "input",
      bytes: new Uint8Array(Buffer.from("中")),
    });
    expect(readClientFrame(resizeFrame(213, 57))).toEqual({ kind: "resize", columns: 213, rows: 57 });
    expect(readClientFrame(shownFrame(sequence))).toEqual({ kind: "shown", sequence });
    expect(readEngineFrame(fromFrame(sequence))).toEqual({ kind: "from", sequence });
    const output = new Uint8Array(OUTPUT_HEADER + 2).fill(65);
    headOutput(output, sequence);
    expect(readEngineFrame(output)).toEqual({ kind: "output", sequence, bytes: Uint8Array.of(65, 65) });
    const ending = {
      at: 1,
      reason: "lost" as const,
      error: { code: "TERMINAL_CUT", params: { target: "机器" } },
    };
    expect(readEngineFrame(endedFrame(ending))).toMatchObject({ kind: "ended", ending });
  });

  test.each([
    ["nothing", []],
    ["an unknown kind", [99, 1, 2]],
    ["a window without columns", [2, 0, 0, 0, 24]],
    ["a window that is cut off", [2, 0, 80]],
    ["a position that is no number", [3, 255, 255, 255, 255, 255, 255, 255, 255]],
    ["input beyond the limit", Array.from({ length: MAX_INPUT_BYTES + 2 }, () => 1)],
  ])("are refused when a client sends %s", (_name, bytes) => {
    expect(readClientFrame(Uint8Array.from(bytes))).toBeUndefined();
  });
});

describe("a recording", () => {
  const head = {
    version: 2 as const,
    width: 80,
    height: 24,
    timestamp: 1,
    slipway: {
      id: "t-0",
      user: "ada",
      via: "session",
      address: "10.0.0.9",
      why: "磁盘已满",
      target: { kind: "machine" as const, cluster: "site-a", machine: "n1" },
    },
  };
  test("says who, where and why in its first line, and what was printed when in the others", () => {
    expect(readHead(headLine(head))).toEqual(head);
    expect(readEvent(eventLine([1.5, "o", "\u001b[1mx\r\n"]))).toEqual([1.5, "o", "\u001b[1mx\r\n"]);
  });

  test("is read up to the line that a power cut tore", () => {
    expect(readEvent('[2.25,"o","half a li')).toBeUndefined();
    expect(readHead("{}")).toBeUndefined();
  });
});
