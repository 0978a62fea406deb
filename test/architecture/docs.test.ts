import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { docSentences, undocumented } from "./docstrings.ts";
import { isTest, sources } from "./sources.ts";

const engine = sources(/^installer\/.*\.ts$/).filter(({ path }) => !isTest(path));

describe("docstrings", () => {
  test("every exported name of the engine says what it promises", () => {
    expect(engine.flatMap(undocumented)).toEqual([]);
  });

  test("no docstring opens with the sentence of a neighbour in its folder", () => {
    const seen = new Map<string, string>();
    const copies: string[] = [];
    for (const source of engine) {
      for (const sentence of docSentences(source.text)) {
        const key = `${dirname(source.path)}: ${sentence}`;
        const first = seen.get(key);
        if (first === undefined) seen.set(key, source.path);
        else copies.push(`${source.path} repeats ${first}: ${sentence}`);
      }
    }
    expect(copies).toEqual([]);
  });

  test("finds an export without one, and takes a described schema and its type for documented", () => {
    const text = [
      "/** Has one. */",
      "export const a = 1;",
      "export const b = 2;",
      'export const C = z.string().describe("A name");',
      "export type C = z.output<typeof C>;",
      'export { d } from "./d.ts";',
    ].join("\n");
    expect(undocumented({ path: "x.ts", text })).toEqual(["x.ts:3 b has no docstring"]);
  });

  test("reads the first sentence of a docstring over several lines", () => {
    expect(docSentences("/**\n * One\n * thing. And more.\n */\n/** Another. */")).toEqual([
      "One thing.",
      "Another.",
    ]);
  });
});
