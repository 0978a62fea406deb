import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dependencyRules, layers } from "./dependency-rule.ts";
import { allowedImports, forbiddenImports } from "./import-cases.ts";
import { importsOf, unruledLayers, violations } from "./imports.ts";
import { lintOverrides, type Override } from "./lint-overrides.ts";
import { isTest, root, sources } from "./sources.ts";

const readJson = (path: string): unknown => JSON.parse(readFileSync(root + path, "utf8"));

describe("the dependency rule", () => {
  test("no file of the engine imports what its layer may not", () => {
    const engine = sources(/^installer\/.*\.ts$/).filter(({ path }) => !isTest(path));
    expect(engine.length).toBeGreaterThan(50);
    expect(engine.flatMap((source) => violations(source, dependencyRules))).toEqual([]);
  });

  test("every folder below installer is a layer with a row of its own", () => {
    const folders = new Set(sources(/^installer\/[^/]+\/.*\.ts$/).map(({ path }) => path.split("/")[1]));
    folders.delete("engine");
    expect([...folders].filter((name) => !layers.some((layer) => layer === name))).toEqual([]);
    expect(unruledLayers(dependencyRules)).toEqual([]);
  });

  test("the lint rules are those of the table (npm run generate writes them)", () => {
    const config = readJson(".oxlintrc.json") as { readonly overrides: readonly Override[] };
    const written = config.overrides.filter(({ rules }) => "eslint/no-restricted-imports" in rules);
    expect(written).toEqual(lintOverrides(dependencyRules));
  });

  test("a layer's compiler project references no layer that the table forbids", () => {
    const wrong = dependencyRules.flatMap(({ folder, layers: allowed }) => {
      const project = readJson(`${folder}/tsconfig.json`) as {
        readonly references?: readonly { path: string }[];
      };
      return (project.references ?? [])
        .map(({ path }) => path.replace("../", ""))
        .filter((layer) => !allowed.includes(layer))
        .map((layer) => `${folder} references ${layer}`);
    });
    expect(wrong).toEqual([]);
  });
});

describe("the walk over imports", () => {
  test.each(forbiddenImports)("finds the forbidden import of $path: $text", (source) => {
    expect(violations(source, dependencyRules)).toHaveLength(1);
  });

  test.each(allowedImports.filter(({ path }) => !isTest(path)))("lets $path import: $text", (source) => {
    expect(violations(source, dependencyRules)).toEqual([]);
  });

  test("reads static, bare, dynamic and re-exporting imports", () => {
    const text = 'import a from "one";\nimport "two";\nexport { b } from "three";\nawait import("four");\n';
    expect(importsOf(text)).toEqual(["one", "two", "three", "four"]);
  });
});
