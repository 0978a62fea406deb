import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { layers, type LayerRule } from "./dependency-rule.ts";
import type { Source } from "./sources.ts";

const IMPORT =
  /^\s*(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;

/** Every module a source names, static or dynamic, in order. */
export const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(IMPORT)].flatMap(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? []);

/** `node-pkg/sub` -> `node-pkg`, `@scope/name/sub` -> `@scope/name`. */
const packageName = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const adapterOf = (path: string): string | undefined => /^installer\/adapters\/([^/]+)\//.exec(path)?.[1];

const forbiddenPath = (rule: LayerRule, from: string, target: string): boolean => {
  const [top, layer] = target.split("/");
  if (top !== "installer" || layer === undefined) return true;
  if (target.startsWith(`${rule.folder}/`)) return adapterOf(from) !== adapterOf(target);
  return !rule.layers.includes(layer);
};

const forbidden = (rule: LayerRule, from: string, specifier: string): boolean => {
  if (specifier.startsWith(".")) {
    return forbiddenPath(rule, from, posix.join(posix.dirname(from), specifier));
  }
  if (isBuiltin(specifier)) return !rule.node;
  return rule.packages !== "any" && !rule.packages.includes(packageName(specifier));
};

/** One sentence for every import of `source` that its layer's rule forbids. */
export const violations = (source: Source, rules: readonly LayerRule[]): readonly string[] => {
  const rule = rules.find(({ folder }) => source.path.startsWith(`${folder}/`));
  if (rule === undefined) return [];
  return importsOf(source.text)
    .filter((specifier) => forbidden(rule, source.path, specifier))
    .map((specifier) => `${source.path} imports ${specifier}: ${rule.instead}`);
};

/** Layers of the engine that have a folder of their own but no row in the table. */
export const unruledLayers = (rules: readonly LayerRule[]): readonly string[] =>
  layers.filter((name) => !rules.some(({ folder }) => folder === `installer/${name}`));
