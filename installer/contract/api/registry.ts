import * as z from "zod";
import { Digest } from "../bundle/manifest.ts";
import { LocalizedText } from "../operation.ts";
import { call, NoInput } from "./base.ts";

/**
 * How the appliance's registry stands: `off` by setting, `empty` while there is no image to serve, `no-program` when no
 * bundle brings one and the system has none, `serving` when it answers over TLS, `failing` when it does not.
 */
export const RegistryState = z.enum(["off", "empty", "no-program", "serving", "failing"]);
export type RegistryState = z.output<typeof RegistryState>;

/** The registry of the appliance. */
export const RegistryStatus = z.object({
  state: RegistryState,
  problem: LocalizedText.optional(),
  listen: z.string().describe("Address and port it listens on"),
  addresses: z.array(z.string()).readonly().describe("Where machines reach it, as https://address:port"),
  program: z.string().optional(),
  pid: z.number().optional(),
  startedAt: z.number().optional().describe("Milliseconds since the epoch"),
  restarts: z.number().describe("How often it died and was started again"),
  certificate: z.object({ file: z.string(), notAfter: z.number() }).optional(),
  content: z.object({
    images: z.number(),
    blobs: z.number(),
    copied: z.number().describe("Blobs that could not be linked, so take space twice"),
  }),
  bundles: z
    .array(
      z.object({
        name: z.string(),
        version: z.string(),
        index: Digest,
        images: z.array(z.string()).readonly(),
      }),
    )
    .readonly(),
});
export type RegistryStatus = Readonly<z.output<typeof RegistryStatus>>;

/** Calls about the registry of the appliance. */
export const registry = {
  status: call
    .route({
      method: "GET",
      path: "/registry",
      summary: "Whether the registry runs, where, and what it serves",
    })
    .input(NoInput)
    .output(RegistryStatus),
  authority: call
    .route({
      method: "GET",
      path: "/registry/ca",
      summary: "The site's CA, which the registry's certificate is from",
    })
    .input(NoInput)
    .output(z.object({ certificate: z.string().describe("PEM") })),
};
