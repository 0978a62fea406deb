import { describe, expect, test } from "vitest";
import { Output } from "./output.ts";

const redactor = {
  add: () => undefined,
  redact: (text: string) => text.replaceAll("hunter2", "[secret]"),
  redactDeep: <T>(value: T) => value,
};

const open = (maxBytes = 1000) => {
  const seen: string[] = [];
  const started: string[] = [];
  const output = new Output({
    marker: "slipway-run-1",
    maxBytes,
    redactor,
    onText: (text) => seen.push(text),
    onStart: (rest) => started.push(rest),
  });
  return { output, seen, started };
};

describe("a stream of a command", () => {
  test("what a login file prints before the marker is not output, even without a line end", () => {
    const { output, started } = open();
    for (const part of ["Welcome!\nfortune slip", "way-run-1 4711", "\nreal", " output\n"]) {
      output.take(Buffer.from(part));
    }
    expect(started).toEqual(["4711"]);
    expect(output.text()).toBe("real output\n");
    expect(output.preamble()).toBe("Welcome!\nfortune ");
  });

  test("a secret that arrives in two pieces is still redacted on the way out", () => {
    const { output, seen } = open();
    for (const part of ["slipway-run-1\npassword hun", "ter2 end\nlast hunter2"])
      output.take(Buffer.from(part));
    output.end();
    expect(seen.join("")).toBe("password [secret] end\nlast [secret]");
  });

  test("what goes beyond the limit is dropped and said so, never cutting a character in half", () => {
    const { output } = open(4);
    output.take(Buffer.from("slipway-run-1\n机器名"));
    expect(output.truncated).toBe(true);
    expect(output.text()).toBe("机");
  });

  test("output of exactly the limit is not truncated", () => {
    const { output } = open(4);
    output.take(Buffer.from("slipway-run-1\nabcd"));
    expect(output.truncated).toBe(false);
    expect(output.text()).toBe("abcd");
  });

  test("a character that arrives in two pieces is passed on whole", () => {
    const { output, seen } = open();
    const bytes = Buffer.from("机\n");
    output.take(Buffer.from("slipway-run-1\n"));
    output.take(bytes.subarray(0, 2));
    output.take(bytes.subarray(2));
    expect(seen.join("")).toBe("机\n");
  });
});
