import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, matchesGlob } from "node:path";
import { SlipwayError } from "../../../contract/errors/index.ts";
import type { FileTree, LayerShape, TreeEntry } from "../../../core/ports/builders.ts";
import { exists, sortTree, writeAtomically } from "../common/files.ts";

/** Moves, joins, keeps, drops, links and marks files as a layer recipe says, in that order. `scratch` receives joined files. */
export const shapeTree = async (tree: FileTree, recipe: LayerShape, scratch: string): Promise<FileTree> => {
  let entries: readonly TreeEntry[] =
    recipe.to === undefined ? tree : tree.map((entry) => ({ ...entry, path: `${recipe.to}/${entry.path}` }));
  for (const [path, glob] of Object.entries(recipe.concat)) {
    entries = [...entries, await joined(path, { glob, entries, scratch })];
  }
  const { include } = recipe;
  if (include !== undefined) {
    entries = entries.filter(({ path }) => include.some((glob) => matchesGlob(path, glob)));
  }
  entries = entries.filter(({ path }) => !recipe.exclude.some((glob) => matchesGlob(path, glob)));
  entries = [
    ...entries,
    ...Object.entries(recipe.links).map(([path, target]): TreeEntry => ({ kind: "link", path, target })),
    ...Object.entries(recipe.folders).map(([path, mode]): TreeEntry => ({
      kind: "folder",
      path,
      mode: Number.parseInt(mode, 8),
    })),
  ];
  return sortTree(withCapabilities(entries, recipe.capabilities));
};

const joined = async (
  path: string,
  { glob, entries, scratch }: { glob: string; entries: readonly TreeEntry[]; scratch: string },
): Promise<TreeEntry> => {
  const parts = entries.filter((entry) => entry.kind === "file" && matchesGlob(entry.path, glob));
  if (parts.length === 0) throw nothingFits(path, glob);
  const contents = await Promise.all(
    sortTree(parts).map((part) =>
      part.kind === "file" ? readFile(part.location) : Promise.resolve(Buffer.alloc(0)),
    ),
  );
  const content = Buffer.concat(contents);
  const location = join(scratch, createHash("sha256").update(content).digest("hex"));
  if (!(await exists(location))) await writeAtomically(location, content);
  return { kind: "file", path, mode: 0o644, size: content.length, location };
};

const withCapabilities = (
  entries: readonly TreeEntry[],
  wanted: LayerShape["capabilities"],
): readonly TreeEntry[] => {
  for (const path of Object.keys(wanted)) {
    if (!entries.some((entry) => entry.kind === "file" && entry.path === path)) {
      throw nothingFits(path, "capabilities");
    }
  }
  return entries.map((entry) => {
    const capabilities = wanted[entry.path];
    return entry.kind === "file" && capabilities !== undefined ? { ...entry, capabilities } : entry;
  });
};

const nothingFits = (path: string, what: string): SlipwayError =>
  SlipwayError.of("BUILD_RECIPE_INVALID", {
    file: "components.yaml",
    count: 1,
    problem: `no file fits ${what} for ${path}`,
  });
