import { readFileSync } from "node:fs";
import { dependencyRules } from "../../test/architecture/dependency-rule.ts";
import { lintOverrides, type Override } from "../../test/architecture/lint-overrides.ts";

interface LintConfig {
  readonly overrides: readonly Override[];
}

/** .oxlintrc.json with the overrides of the dependency rule replaced by what the table says; the rest is kept. */
export const lintConfig = (): string => {
  const config = JSON.parse(
    readFileSync(new URL("../../.oxlintrc.json", import.meta.url), "utf8"),
  ) as LintConfig;
  const others = config.overrides.filter(({ rules }) => !("eslint/no-restricted-imports" in rules));
  return `${JSON.stringify({ ...config, overrides: [...others, ...lintOverrides(dependencyRules)] }, null, 2)}\n`;
};
