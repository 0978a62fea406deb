import * as z from "zod";

/** The registries that machines pull from. Image names never change: mirror rules send every name there. */
export const RegistrySettings = z
  .strictObject({
    port: z
      .int()
      .min(1)
      .max(65535)
      .default(5000)
      .describe("HTTPS port of the registry on every control plane"),
  })
  .describe("The registry on every control plane, which holds all images of the bundle");
