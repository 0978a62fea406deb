import { readFile } from "node:fs/promises";
import { basename, matchesGlob, posix } from "node:path";
import { SlipwayError } from "../../../contract/errors/index.ts";
import type { FileTree, TreeEntry } from "../../../core/ports/builders.ts";
import { neededLibraries } from "./needed.ts";
import type { InstallerRecipe } from "./recipe.ts";

/**
 * The files of a set of packages that the recipe names, the libraries they need, and what links among them point to.
 * Rejects with BUILD_RECIPE_INVALID for a name that the set does not have.
 */
export const chooseUserland = async (
  set: FileTree,
  { programs, files }: Pick<InstallerRecipe, "programs" | "files">,
): Promise<readonly TreeEntry[]> => {
  const byPath = new Map(
    set.flatMap((entry) => (entry.kind === "folder" ? [] : [[entry.path, entry] as const])),
  );
  const libraries = new Map(
    [...byPath.values()]
      .filter(({ path }) =>
        /^usr\/lib(?:64)?\/(?:[^/]+-linux-gnu\/(?:systemd\/)?|systemd\/)?[^/]+\.so[^/]*$/.test(path),
      )
      .map((entry) => [basename(entry.path), entry] as const),
  );
  const chosen = new Map<string, TreeEntry>();
  const choose = async (entry: TreeEntry): Promise<void> => {
    if (chosen.has(entry.path)) return;
    chosen.set(entry.path, entry);
    if (entry.kind === "link") {
      const target = byPath.get(posix.normalize(posix.join(posix.dirname(entry.path), entry.target)));
      if (target !== undefined) await choose(target);
      return;
    }
    if (entry.kind !== "file") return;
    for (const name of neededLibraries(await readFile(entry.location))) {
      await choose(libraries.get(name) ?? missing(`${name}, which ${entry.path} needs`));
    }
  };
  for (const path of programs) await choose(byPath.get(path) ?? missing(path));
  for (const glob of files) {
    const found = [...byPath.values()].filter(({ path }) => matchesGlob(path, glob));
    if (found.length === 0) missing(glob);
    for (const entry of found) await choose(entry);
  }
  return [...chosen.values()];
};

const missing = (name: string): never => {
  throw SlipwayError.of("BUILD_RECIPE_INVALID", {
    file: "images/installer/installer.yaml",
    count: 1,
    problem: `the packages have no ${name}`,
  });
};
