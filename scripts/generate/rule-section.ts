import { readFileSync } from "node:fs";
import { dependencyRules } from "../../test/architecture/dependency-rule.ts";
import { ruleRows } from "../../test/architecture/rule-table.ts";
import { table } from "./markdown.ts";

const MARK = "<!-- dependency-rule -->";

/** docs/architecture.md with the table of who may import whom between its marks; the rest is kept. */
export const architecturePage = (): string => {
  const page = readFileSync(new URL("../../docs/architecture.md", import.meta.url), "utf8");
  const [head = [], ...rows] = ruleRows(dependencyRules);
  const [before = "", , after = page.split(MARK)[1] ?? ""] = page.split(MARK);
  return `${before}${MARK}\n\n${table(head, rows)}\n\n${MARK}${after}`;
};
