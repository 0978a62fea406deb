import { layers, type LayerRule } from "./dependency-rule.ts";

interface Pattern {
  readonly regex?: string;
  readonly group?: readonly string[];
  readonly message: string;
}

/** One entry of `overrides` in .oxlintrc.json. */
export interface Override {
  readonly files: readonly string[];
  readonly excludeFiles?: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}

const byFolder = (folder: string): string => folder.slice(folder.lastIndexOf("/") + 1);

const layerPattern = (rule: LayerRule): Pattern => {
  const forbidden = layers.filter((name) => name !== byFolder(rule.folder) && !rule.layers.includes(name));
  return {
    regex: `^(\\.\\./)+((${[...forbidden, "engine"].join("|")})/|main\\.ts$)`,
    message: `${rule.folder} may import ${rule.layers.length === 0 ? "no other layer" : `only ${rule.layers.join(", ")}`}: ${rule.instead}.`,
  };
};

const packagePattern = (rule: LayerRule): readonly Pattern[] => {
  if (rule.packages === "any") return [];
  const allowed = [
    ...rule.packages.flatMap((name) => [name, `${name}/**`]),
    ...(rule.node ? ["node:*", "node:*/**"] : []),
  ];
  const listed = [...rule.packages, ...(rule.node ? ["node:"] : [])].join(", ");
  return [
    {
      // A negated pattern ends the search for the whole rule, so this entry has to be the last one.
      group: ["*", "!./**", "!../**", ...allowed.map((name) => `!${name}`)],
      message: `${rule.folder} may import ${listed === "" ? "no package" : `only ${listed}`}: ${rule.instead}.`,
    },
  ];
};

const override = (rule: LayerRule, files: string, extra: readonly Pattern[]): Override => ({
  files: [files],
  excludeFiles: ["**/*.test.ts"],
  rules: {
    "eslint/no-restricted-imports": [
      "error",
      { patterns: [layerPattern(rule), ...extra, ...packagePattern(rule)] },
    ],
  },
});

/** How deep below installer/adapters/<name> the rule against other adapters is spelled out. */
const ADAPTER_DEPTH = 3;

/** The dependency rule as oxlint understands it: one override a folder, and one a depth below adapters. */
export const lintOverrides = (rules: readonly LayerRule[]): readonly Override[] =>
  rules.flatMap((rule) => {
    if (rule.folder !== "installer/adapters") return [override(rule, `${rule.folder}/**`, [])];
    return Array.from({ length: ADAPTER_DEPTH }, (_, depth) =>
      override(rule, `${rule.folder}/*/${"*/".repeat(depth)}*.ts`, [
        {
          regex: `^${"\\.\\./".repeat(depth + 1)}[^.]`,
          message: `An adapter never imports another one: ${rule.instead}.`,
        },
      ]),
    );
  });
