import { join } from "node:path";
import * as z from "zod";
import { SystemVariant } from "../../../contract/bundle/sources.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { readIfThere } from "../common/files.ts";
import { parseYamlFile } from "../recipes/read-yaml.ts";

/** node-os.yaml: what the node OS is, beside the packages. */
const NodeOsRecipe = z.strictObject({
  schema: z.literal("slipway.dev/node-os/v1"),
  name: z.string(),
  version: z.string().regex(/^[0-9][0-9A-Za-z.+-]*$/),
  created: z.iso.datetime().describe("Time of every file, so that equal content is equal bytes"),
  initrd: z.strictObject({
    files: z
      .array(z.string())
      .describe("Globs of files of the system that the initial file system holds too"),
    modules: z.record(SystemVariant, z.array(z.string())).describe("Modules, see stageModules"),
  }),
  grub: z.array(z.string()).describe("Modules of GRUB's core for BIOS"),
});
export type NodeOsRecipe = Readonly<z.output<typeof NodeOsRecipe>>;

/** Reads the description in a folder below images/. Rejects with BUILD_RECIPE_INVALID. */
export const readNodeOsRecipe = async (images: string, path: string): Promise<NodeOsRecipe> => {
  const file = join(path, "node-os.yaml");
  const text = await readIfThere(join(images, file));
  if (text !== undefined) return parseYamlFile(NodeOsRecipe, text, `images/${file}`);
  throw SlipwayError.of("BUILD_RECIPE_INVALID", {
    file: `images/${file}`,
    count: 1,
    problem: "it does not exist",
  });
};
