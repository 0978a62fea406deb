import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { importsOf } from "./imports.ts";
import type { Source } from "./sources.ts";

/** What the files of each folder of the console may import, besides themselves, the contract and libraries. */
export const rendererRules: Readonly<Record<string, readonly string[]>> = {
  ui: [],
  state: [],
  theme: [],
  i18n: ["state"],
  engine: ["state"],
  parts: ["engine", "state", "ui", "theme", "i18n"],
  features: ["parts", "engine", "state", "ui", "theme", "i18n"],
};

/** Folders that know nothing of the engine: not even its contract. */
const CONTRACT_FREE = new Set(["ui", "theme"]);

const forbidden = (from: string, specifier: string): boolean => {
  if (isBuiltin(specifier)) return true;
  if (!specifier.startsWith(".")) return false;
  const target = posix.join(posix.dirname(from), specifier);
  const [, folder = "", feature] = from.split("/");
  const isComposition = !(folder in rendererRules);
  if (target.startsWith("installer/contract/")) return CONTRACT_FREE.has(folder);
  const [top, targetFolder = "", targetFeature] = target.split("/");
  if (top !== "renderer") return true;
  if (isComposition) return false;
  // A feature stands alone, so that pages are added and taken away without touching others.
  if (folder === "features" && targetFolder === "features") return feature !== targetFeature;
  return folder !== targetFolder && rendererRules[folder]?.includes(targetFolder) !== true;
};

/** One sentence for every import of a file of the console that the rule forbids. */
export const rendererViolations = ({ path, text }: Source): readonly string[] =>
  importsOf(text)
    .filter((specifier) => forbidden(path, specifier))
    .map((specifier) => `${path} imports ${specifier}`);
