import { dirname, join } from "node:path";
import { aptBuilder } from "../../../installer/adapters/builders/apt/builder.ts";
import { nodeOsBuilder } from "../../../installer/adapters/builders/node-os/builder.ts";
import { recipeStore } from "../../../installer/adapters/builders/recipes/store.ts";

const IMAGES = join(import.meta.dirname, "../../../images");

/** Folder with the files of the node OS for virtual machines, built now when the cache has them not. */
export const builtNodeOs = async (cache: string): Promise<string> => {
  const recipes = recipeStore(IMAGES);
  const settings = { images: IMAGES, cache, mirrors: {}, env: process.env };
  const { components } = await recipes.components();
  const source = components.find(({ name }) => name === "node-os")?.sources[0];
  if (source?.kind !== "node-os") throw new Error("images/components.yaml has no node-os");
  const builder = nodeOsBuilder(
    settings,
    aptBuilder(settings, () => recipes.lock()),
  );
  const signal = new AbortController().signal;
  const { files } = await builder.build(source, { architecture: "amd64", signal, onLine: () => undefined });
  const [first] = files;
  if (first?.kind !== "file") throw new Error("the build of the node OS gave no files");
  return dirname(first.location);
};
