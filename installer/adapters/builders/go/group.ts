import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { GoGroup, type Architecture } from "../../../contract/bundle/components.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { readIfThere, sha256Text } from "../common/files.ts";
import { parseYamlFile } from "../recipes/read-yaml.ts";

/** A group as it lies in images/go. */
export interface LoadedGroup {
  readonly name: string;
  readonly folder: string;
  readonly recipe: GoGroup;
  /** Digest over go.mod, go.sum and the Go files of the folder. */
  readonly sourceDigest: string;
}

/** Reads a group. Rejects with BUILD_UNKNOWN_NAME when there is no such folder. */
export const loadGroup = async (images: string, name: string): Promise<LoadedGroup> => {
  const folder = join(images, "go", name);
  const text = await readIfThere(join(folder, "build.yaml"));
  if (text === undefined) {
    const known = await readdir(join(images, "go")).catch(() => []);
    throw SlipwayError.of("BUILD_UNKNOWN_NAME", { what: "Go group", name, known: known.join(", ") });
  }
  const recipe = parseYamlFile(GoGroup, text, `images/go/${name}/build.yaml`);
  const sources = (await readdir(folder, { recursive: true }))
    .filter((file) => file.endsWith(".go") || file === "go.mod" || file === "go.sum")
    .toSorted();
  const parts = await Promise.all(
    sources.map(async (file) => `${file} ${sha256Text(await readFile(join(folder, file), "utf8"))}`),
  );
  return { name, folder, recipe, sourceDigest: sha256Text(parts.join("\n")) };
};

/** True when the group's programs need a C compiler for this architecture. */
export const needsCgo = (recipe: GoGroup, architecture: Architecture): boolean =>
  recipe.cgo !== undefined && (recipe.cgo.on === undefined || recipe.cgo.on.includes(architecture));

/**
 * Flags that decide about the bytes. `-buildid=` and `-trimpath` take out what differs between folders; with cgo the
 * linker's own build id goes too, and everything is linked statically.
 */
export const buildFlags = (recipe: GoGroup, architecture: Architecture): readonly string[] => {
  const linker = [
    "-s",
    "-w",
    "-buildid=",
    ...Object.entries(recipe.variables).map(
      ([name, value]) => `-X ${name}=${value.replaceAll("{version}", recipe.version)}`,
    ),
    ...(needsCgo(recipe, architecture)
      ? ["-linkmode=external", "'-extldflags=-static -Wl,--build-id=none'"]
      : []),
  ];
  return [
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    ...(recipe.tags.length === 0 ? [] : [`-tags=${recipe.tags.join(",")}`]),
    `-ldflags=${linker.join(" ")}`,
  ];
};

/** Name `go build` gives a program: the last part of its import path that is not a major version (cmd/go, "Build"). */
export const defaultProgramName = (importPath: string): string => {
  const parts = importPath.split("/");
  const last = parts.at(-1) ?? importPath;
  return /^v\d+$/.test(last) ? (parts.at(-2) ?? last) : last;
};
