import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { isTest, sources } from "./sources.ts";

const code = sources(/\.ts$/);
const engine = code.filter(({ path }) => path.startsWith("installer/") && !isTest(path));

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config|d))?\.ts$/;
/** A boolean beside other parameters: `(x: T, force: boolean)`. Members of object types end with `;` and are fine. */
const BOOLEAN_PARAMETER = /,\s*\w+\??:\s*boolean\s*(?:=[^,)]*)?[,)]|\(\s*\w+\??:\s*boolean\s*,/;

describe("conventions", () => {
  test("no file is longer than 400 lines", () => {
    const long = code.filter(({ text }) => text.split("\n").length - 1 > 400);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test("file names are kebab-case and none is called utils", () => {
    const paths = code.map(({ path }) => path);
    expect(paths.filter((path) => !KEBAB.test(basename(path)))).toEqual([]);
    expect(paths.filter((path) => /(^|\/)(utils?|helpers?|misc)\.ts$/.test(path))).toEqual([]);
  });

  test("nothing but a tool's configuration has a default export", () => {
    const wrong = code.filter(
      ({ path, text }) => !path.endsWith(".config.ts") && /^export default\b|\bas default\b/m.test(text),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test("no function of the engine takes a boolean by position", () => {
    const wrong = engine.flatMap(({ path, text }) =>
      text
        .split("\n")
        .flatMap((line, index) =>
          BOOLEAN_PARAMETER.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [],
        ),
    );
    expect(wrong).toEqual([]);
  });

  test("no comment of the engine puts work off or tells history", () => {
    const wrong = engine.flatMap(({ path, text }) => (/\b(TODO|FIXME|XXX|HACK)\b/.test(text) ? [path] : []));
    expect(wrong).toEqual([]);
  });
});
