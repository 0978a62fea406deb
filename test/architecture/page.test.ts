import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dependencyRules } from "./dependency-rule.ts";
import { ruleRows } from "./rule-table.ts";
import { root, sources } from "./sources.ts";

const page = readFileSync(`${root}docs/architecture.md`, "utf8");

/** Rows of every Markdown table of a text, cells without the padding. */
const tableRows = (text: string): readonly string[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) =>
      line
        .split("|")
        .map((cell) => cell.trim())
        .join("|"),
    );

describe("docs/architecture.md", () => {
  test("prints the dependency rule as it is (npm run generate writes it)", () => {
    const rows = ruleRows(dependencyRules).map((cells) => `|${cells.join("|")}|`);
    expect(rows.filter((row) => !tableRows(page).includes(row))).toEqual([]);
  });

  test("names only files and folders that exist", () => {
    const named = [...page.matchAll(/`((?:installer|test|docs|scripts)\/[\w./-]+|slipway)`/g)].map(
      ([, path = ""]) => path,
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(root + path))).toEqual([]);
  });
});

test("every link between pages of the repository leads somewhere", () => {
  const broken = sources(/\.md$/).flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !existsSync(new URL(target, new URL(path, `file://${root}`))))
      .map((target) => `${path} links to ${target}`),
  );
  expect(broken).toEqual([]);
});
