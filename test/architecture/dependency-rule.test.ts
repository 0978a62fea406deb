import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dependencyRules, layers } from "./dependency-rule.ts";
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
  test.each([
    ["installer/adapters/ssh/a.ts", 'import { x } from "../lab/x.ts";'],
    ["installer/adapters/ssh/deep/a.ts", 'import type { x } from "../../lab/x.ts";'],
    ["installer/core/a.ts", 'import { readFileSync } from "node:fs";'],
    ["installer/core/runner/a.ts", 'export * from "../../adapters/ssh/x.ts";'],
    ["installer/contract/a.ts", 'const yaml = await import("yaml");'],
    ["installer/cli/a.ts", 'import "../core/phase.ts";'],
    ["installer/phases/machine/a.ts", 'import {\n  a,\n  b,\n} from "../../main.ts";'],
    ["installer/phases/machine/a.ts", 'import { fake } from "../../../test/fakes/remote.ts";'],
  ])("finds the forbidden import of %s: %s", (path, text) => {
    expect(violations({ path, text }, dependencyRules)).toHaveLength(1);
  });

  test.each([
    ["installer/adapters/ssh/deep/a.ts", 'import { x } from "../x.ts"; // beside it'],
    ["installer/adapters/ssh/a.ts", 'import { x } from "../../core/ports/remote.ts";'],
    ["installer/contract/api/a.ts", 'import { oc } from "@orpc/contract";'],
    ["installer/main.ts", 'import { x } from "./adapters/ssh/x.ts";'],
  ])("lets %s import: %s", (path, text) => {
    expect(violations({ path, text }, dependencyRules)).toEqual([]);
  });

  test("reads static, bare, dynamic and re-exporting imports", () => {
    const text = 'import a from "one";\nimport "two";\nexport { b } from "three";\nawait import("four");\n';
    expect(importsOf(text)).toEqual(["one", "two", "three", "four"]);
  });
});
