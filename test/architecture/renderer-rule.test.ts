import { describe, expect, test } from "vitest";
import { docSentences, undocumented } from "./docstrings.ts";
import { rendererRules, rendererViolations } from "./renderer-rule.ts";
import { isTest, sources } from "./sources.ts";

const files = sources(/^renderer\/.*\.tsx?$/).filter(({ path }) => !isTest(path));

describe("the console", () => {
  test("imports nothing that its folders may not", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap(rendererViolations)).toEqual([]);
  });

  test("has no folder without a rule", () => {
    const folders = new Set(
      files.filter(({ path }) => path.split("/").length > 2).map(({ path }) => path.split("/")[1]),
    );
    expect([...folders].filter((folder) => folder === undefined || !(folder in rendererRules))).toEqual([]);
  });

  test("says of every exported name what it promises, and keeps files short", () => {
    expect(files.flatMap(undocumented)).toEqual([]);
    expect(files.flatMap(({ text }) => docSentences(text)).length).toBeGreaterThan(100);
    expect(files.filter(({ text }) => text.split("\n").length > 400).map(({ path }) => path)).toEqual([]);
  });
});

describe("the walk over its imports", () => {
  test.each([
    ["renderer/ui/a.tsx", "../state/x.ts"],
    ["renderer/ui/a.tsx", "../../installer/contract/text.ts"],
    ["renderer/state/a.ts", "../engine/x.ts"],
    ["renderer/state/a.ts", "../../installer/core/x.ts"],
    ["renderer/features/a/a.tsx", "../b/x.tsx"],
    ["renderer/engine/a.ts", "node:fs"],
  ])("forbids %s to import %s", (path, specifier) => {
    expect(rendererViolations({ path, text: `import { x } from "${specifier}";` })).toHaveLength(1);
  });

  test.each([
    ["renderer/features/a/a.tsx", "../../parts/x.tsx"],
    ["renderer/features/a/a.tsx", "./x.tsx"],
    ["renderer/state/a.ts", "../../installer/contract/text.ts"],
    ["renderer/pages.ts", "./features/a/a.tsx"],
    ["renderer/ui/a.tsx", "react"],
  ])("lets %s import %s", (path, specifier) => {
    expect(rendererViolations({ path, text: `import { x } from "${specifier}";` })).toEqual([]);
  });
});
