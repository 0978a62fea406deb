import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ComponentsFile, ReleaseFile } from "../../../contract/bundle/components.ts";
import { ComponentsLock, emptyLock } from "../../../contract/bundle/lock.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import type { Recipes } from "../../../core/ports/builders.ts";
import { readIfThere, writeAtomically } from "../common/files.ts";
import { parseYamlFile } from "./read-yaml.ts";

/** The recipes of a folder such as images/. */
export const recipeStore = (images: string): Recipes => {
  // A build asks for the lock hundreds of times, and parsing it takes many times its size in memory.
  let parsed: { readonly text: string; readonly lock: ComponentsLock } | undefined;
  const releases = async (): Promise<readonly string[]> => {
    const names = await readdir(join(images, "releases")).catch(() => []);
    return names
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => name.slice(0, -5))
      .toSorted();
  };
  const need = async (path: string): Promise<string> => {
    const text = await readIfThere(join(images, path));
    if (text !== undefined) return text;
    throw SlipwayError.of("BUILD_RECIPE_INVALID", {
      file: join(images, path),
      count: 1,
      problem: "it does not exist",
    });
  };
  return {
    releases,
    components: async () =>
      parseYamlFile(ComponentsFile, await need("components.yaml"), "images/components.yaml"),
    release: async (name) => {
      const text = await readIfThere(join(images, "releases", `${name}.yaml`));
      if (text === undefined) {
        throw SlipwayError.of("BUILD_UNKNOWN_NAME", {
          what: "release",
          name,
          known: (await releases()).join(", "),
        });
      }
      return parseYamlFile(ReleaseFile, text, `images/releases/${name}.yaml`);
    },
    lock: async () => {
      const text = await readIfThere(join(images, "components.lock"));
      if (text === undefined) return emptyLock;
      if (parsed?.text !== text) {
        parsed = { text, lock: parseYamlFile(ComponentsLock, text, "images/components.lock") };
      }
      return parsed.lock;
    },
    saveLock: (lock) => writeAtomically(join(images, "components.lock"), printLock(lock)),
  };
};

/** JSON in sorted order with one package a line, so that a change reads well in a review. */
export const printLock = (lock: ComponentsLock): string => {
  const section = (entries: Readonly<Record<string, unknown>>, print: (value: unknown) => string): string => {
    const lines = Object.keys(entries)
      .toSorted()
      .map((name) => `    ${JSON.stringify(name)}: ${print(entries[name])}`);
    return lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n  }`;
  };
  const oneLine = (value: unknown): string => JSON.stringify(value);
  const packages = (value: unknown): string => {
    const byArchitecture = Object.entries(value as Record<string, readonly unknown[]>).toSorted(([a], [b]) =>
      a < b ? -1 : 1,
    );
    const blocks = byArchitecture.map(
      ([architecture, list]) =>
        `      ${JSON.stringify(architecture)}: [\n${list.map((entry) => `        ${oneLine(entry)}`).join(",\n")}\n      ]`,
    );
    return `{\n${blocks.join(",\n")}\n    }`;
  };
  return `{
  "schema": "${lock.schema}",
  "apt": ${section(lock.apt, packages)},
  "oci": ${section(lock.oci, oneLine)},
  "files": ${section(lock.files, oneLine)}
}
`;
};
