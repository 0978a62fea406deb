import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quoteArgv, quoteWord } from "./quote.ts";

/** What a real shell makes of a command line: its arguments, each ended by NUL. */
const splitBySh = (line: string): string[] =>
  execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);

const nasty = fc.constantFrom(..."'\"\\$`!*?[]{}()<>|&;#~=% \n\t\r".split(""));
const anyText = fc
  .string({ unit: fc.oneof(nasty, fc.string({ unit: "binary", minLength: 1, maxLength: 1 })), maxLength: 12 })
  .filter((word) => !word.includes("\0"));

describe("quoting for a shell", () => {
  test("a real sh gives back exactly the words that went in", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 40 }), (argv) => {
        expect(splitBySh(quoteArgv(argv))).toEqual(argv);
      }),
      { numRuns: 25 },
    );
  });

  test("quoting survives being quoted again, as a script inside a command line is", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 30 }), (argv) => {
        const inner = `printf '%s\\0' ${quoteArgv(argv)}`;
        const out = execFileSync("/bin/sh", ["-c", `exec ${quoteArgv(["/bin/sh", "-c", inner])}`], {
          encoding: "utf8",
        });
        expect(out.split("\0").slice(0, -1)).toEqual(argv);
      }),
      { numRuns: 10 },
    );
  });

  test("harmless words stay readable and the empty word stays a word", () => {
    expect(quoteArgv(["ls", "-l", "/var/lib", "", "a b"])).toBe("ls -l /var/lib '' 'a b'");
  });

  test("a NUL byte is refused instead of cutting the argument short", () => {
    expect(() => quoteWord("a\0b")).toThrow(TypeError);
  });
});
