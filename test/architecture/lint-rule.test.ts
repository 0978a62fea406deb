import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { dependencyRules } from "./dependency-rule.ts";
import { allowedImports, forbiddenImports, type ImportCase } from "./import-cases.ts";
import { lintOverrides } from "./lint-overrides.ts";
import { root } from "./sources.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-lint-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Lints the cases in a tree of their own, each under a name of its own; gives the cases that were refused. */
const refused = (cases: readonly ImportCase[]): readonly ImportCase[] => {
  const config = { categories: { correctness: "off" }, overrides: lintOverrides(dependencyRules) };
  writeFileSync(join(folder, ".oxlintrc.json"), JSON.stringify(config));
  const placed = cases.map((one, index) => ({ one, path: one.path.replace("a.", `case-${index}.`) }));
  for (const { one, path } of placed) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${one.text}\n`);
  }
  const { stdout } = spawnSync(`${root}node_modules/.bin/oxlint`, ["-f", "unix"], {
    cwd: folder,
    encoding: "utf8",
  });
  rmSync(join(folder, "installer"), { recursive: true });
  return placed.filter(({ path }) => stdout.includes(`${path}:`)).map(({ one }) => one);
};

test("the linter refuses every import that the table forbids", () => {
  expect(refused(forbiddenImports)).toEqual(forbiddenImports);
});

test("the linter lets through what the table allows", () => {
  expect(refused(allowedImports)).toEqual([]);
});
