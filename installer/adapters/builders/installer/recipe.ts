import { join } from "node:path";
import * as z from "zod";
import { SystemVariant } from "../../../contract/bundle/sources.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { readIfThere } from "../common/files.ts";
import { parseYamlFile } from "../recipes/read-yaml.ts";

/** installer.yaml: what the installer's initial file system holds beside our scripts. */
const InstallerRecipe = z.strictObject({
  schema: z.literal("slipway.dev/installer/v1"),
  name: z.string(),
  version: z.string().regex(/^[0-9][0-9A-Za-z.+-]*$/),
  created: z.iso.datetime().describe("Time of every file, so that equal content is equal bytes"),
  programs: z.array(z.string()).describe("Programs of the set; the shared libraries they need come along"),
  files: z.array(z.string()).describe("Globs of other files of the set"),
  modules: z.record(SystemVariant, z.array(z.string())).describe("Modules, see stageModules"),
  always: z.array(z.string()).describe("Modules that are loaded at the start"),
});
export type InstallerRecipe = Readonly<z.output<typeof InstallerRecipe>>;

/** Reads the description in a folder below images/. Rejects with BUILD_RECIPE_INVALID. */
export const readInstallerRecipe = async (images: string, path: string): Promise<InstallerRecipe> => {
  const file = `${path}/installer.yaml`;
  const text = await readIfThere(join(images, file));
  if (text !== undefined) return parseYamlFile(InstallerRecipe, text, `images/${file}`);
  throw SlipwayError.of("BUILD_RECIPE_INVALID", {
    file: `images/${file}`,
    count: 1,
    problem: "it does not exist",
  });
};
