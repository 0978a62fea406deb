import type { LayerRule } from "./dependency-rule.ts";

const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(", ");

const packages = (rule: LayerRule): string => {
  if (rule.packages === "any") return "libraries, `node:`";
  const listed = [...rule.packages, ...(rule.node ? ["node:"] : [])];
  return listed.length === 0 ? "–" : code(listed);
};

/** The dependency rule as rows of cells, for docs/architecture.md. */
export const ruleRows = (rules: readonly LayerRule[]): readonly (readonly string[])[] => [
  ["folder", "may import", "and", "instead of anything else"],
  ...rules.map((rule) => [
    code([rule.folder]),
    rule.layers.length === 0 ? "–" : code(rule.layers),
    packages(rule),
    rule.folder === "installer/adapters" ? `never another adapter: ${rule.instead}` : rule.instead,
  ]),
];
