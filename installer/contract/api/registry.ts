import { eventIterator } from "@orpc/contract";
import * as z from "zod";
import { Digest } from "../bundle/manifest.ts";
import { WireError } from "../errors/index.ts";
import { LocalizedText } from "../operation.ts";
import { administer, NoInput, signedIn, view } from "./base.ts";
import { workItem } from "./work.ts";

/**
 * How the appliance's registry stands: `off` by setting, `empty` while there is no image to serve, `starting` until this
 * engine has tried to start it, `no-program` when no
 * bundle brings one and the system has none, `serving` when it answers over TLS, `failing` when it does not.
 */
export const RegistryState = z.enum(["off", "empty", "starting", "no-program", "serving", "failing"]);
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

/** What a push did. It succeeded when `failed` and `untried` are empty. */
export const PushSummary = z.object({
  images: z.array(z.object({ name: z.string(), digest: Digest })).readonly(),
  failed: z.array(z.object({ image: z.string(), error: WireError })).readonly(),
  untried: z.array(z.string()).readonly().describe("Not begun because an earlier one failed"),
  blobs: z.object({ sent: z.number(), mounted: z.number(), found: z.number() }),
  bytesSent: z.number(),
  retries: z.number(),
});
export type PushSummary = Readonly<z.output<typeof PushSummary>>;

const PushRequest = z.strictObject({
  reference: z.string().min(1).max(300),
  address: z
    .string()
    .max(300)
    .regex(/^https?:\/\/[^/]+$/)
    .describe("https://registry.example:5000"),
  prefix: z
    .string()
    .max(300)
    .default("")
    .describe("Put before every repository, such as a project of Harbor"),
  credentials: z.strictObject({ username: z.string().max(200), password: z.string().max(10_000) }).optional(),
  ca: z
    .string()
    .max(256 * 1024)
    .optional()
    .describe("PEM; the system's own authorities without it"),
  parallel: z.int().min(1).max(64).optional(),
  continueOnError: z.enum(["yes", "no"]).default("no"),
});
export type PushRequest = Readonly<z.output<typeof PushRequest>>;

/** Calls about the registry of the appliance. */
export const registry = {
  status: view
    .route({
      method: "GET",
      path: "/registry",
      summary: "Whether the registry runs, where, and what it serves",
    })
    .input(NoInput)
    .output(RegistryStatus),
  push: administer
    .route({
      method: "POST",
      path: "/registry/push",
      summary: "Push a bundle's images into another registry",
    })
    .meta({ deadlineMs: "none" })
    .input(PushRequest)
    .output(eventIterator(workItem(PushSummary))),
  authority: signedIn
    .route({
      method: "GET",
      path: "/registry/ca",
      summary: "The site's CA, which the registry's certificate is from",
    })
    .input(NoInput)
    .output(z.object({ certificate: z.string().describe("PEM") })),
};
