import { eventIterator } from "@orpc/contract";
import * as z from "zod";
import { Architecture } from "../bundle/components.ts";
import { Digest } from "../bundle/manifest.ts";
import { WireError } from "../errors/index.ts";
import { LocalizedText } from "../operation.ts";
import { local } from "./base.ts";

const Names = z.array(z.string().min(1).max(300)).max(1000);

/** Folder of recipes other than the product's own `images/`, as the engine sees it. */
const RecipeFolder = z
  .string()
  .max(4096)
  .optional()
  .describe("Absolute path; the product's own recipes without it");

/** Places that stand in for the configured ones, by kind of source. */
const Mirrors = z
  .partialRecord(z.enum(["go", "apt", "oci", "url", "npm", "maven", "pypi"]), z.string().max(4096))
  .default({});

/** What a build will take, from what it really has to do. */
export const BuildEstimate = z.object({
  cached: z.number().describe("Components that are finished already"),
  toBuild: z.number(),
  seconds: z.number().describe("On this machine's cores"),
  downloadBytes: z.number(),
  diskBytes: z.number(),
});

/** What happens during a build. Each component that is begun also ends. */
export const BuildEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("planned"), estimate: BuildEstimate, total: z.number() }),
  z.object({
    kind: z.literal("begun"),
    component: z.string(),
    architecture: Architecture,
    source: z.string(),
  }),
  z.object({ kind: z.literal("line"), component: z.string(), text: z.string() }),
  z.object({ kind: z.literal("note"), component: z.string(), text: LocalizedText, error: WireError }),
  z.object({
    kind: z.literal("ended"),
    component: z.string(),
    outcome: z.enum(["built", "cached", "failed"]),
    seconds: z.number(),
    bytes: z.number(),
    done: z.number(),
    total: z.number(),
  }),
]);
export type BuildEvent = Readonly<z.output<typeof BuildEvent>>;

/** What a build made, and where each part came from. */
export const BuildReport = z.object({
  release: z.string(),
  version: z.string().describe("Version of the bundle, such as 1.37.1"),
  architectures: z.array(Architecture).readonly(),
  index: Digest,
  bytes: z.number(),
  blobs: z.number(),
  seconds: z.number(),
  estimate: BuildEstimate,
  components: z
    .array(
      z.object({
        component: z.string(),
        version: z.string(),
        architecture: Architecture,
        manifest: Digest,
        bytes: z.number(),
        seconds: z.number(),
        cached: z.boolean(),
        origin: z.string(),
        skipped: z.array(z.object({ source: z.string(), error: WireError })).readonly(),
      }),
    )
    .readonly(),
});
export type BuildReport = Readonly<z.output<typeof BuildReport>>;

/** What happens during a build, then its report. */
export const BuildItem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), event: BuildEvent }),
  z.object({ kind: z.literal("done"), result: BuildReport }),
]);
export type BuildItem = Readonly<z.output<typeof BuildItem>>;

/** One entry of the lock that is another after an update; `before` is empty for a new one. */
export const LockChange = z.object({
  name: z.string(),
  architecture: Architecture,
  before: z.string(),
  after: z.string(),
});
export type LockChange = Readonly<z.output<typeof LockChange>>;

/** What is being resolved, then what changed. */
export const LockItem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("line"), text: z.string() }),
  z.object({ kind: z.literal("done"), result: z.array(LockChange).readonly() }),
]);
export type LockItem = Readonly<z.output<typeof LockItem>>;

const BuildRequest = z.strictObject({
  release: z
    .string()
    .max(100)
    .optional()
    .describe("Name of a file in images/releases; the newest without it"),
  architectures: z.array(Architecture).min(1).max(2).default(["amd64"]),
  only: Names.optional().describe("Only these components"),
  with: Names.optional().describe(
    "Optional components besides those that the release names, such as node-os",
  ),
  prefer: z.enum(["upstream", "source"]).optional(),
  parallel: z.int().min(1).max(64).optional().describe("Components worked on at once"),
  cacheLimitBytes: z.int().min(0).optional(),
  recipes: RecipeFolder,
  mirrors: Mirrors,
});
export type BuildRequest = Readonly<z.output<typeof BuildRequest>>;

const LockRequest = z.strictObject({
  names: Names.min(1).describe("Components, Debian sets, images or files to resolve anew; all for every set"),
  architectures: z.array(Architecture).min(1).max(2).default(["amd64", "arm64"]),
  recipes: RecipeFolder,
  mirrors: Mirrors,
});
export type LockRequest = Readonly<z.output<typeof LockRequest>>;

/** Calls about making bundles from recipes. */
export const bundleBuilding = {
  build: local
    .route({
      method: "POST",
      path: "/bundles/build",
      summary: "Build a release; finished components are kept",
    })
    .meta({ deadlineMs: "none" })
    .input(BuildRequest)
    .output(eventIterator(BuildItem)),
  lock: local
    .route({ method: "POST", path: "/bundles/lock", summary: "Resolve entries of components.lock anew" })
    .meta({ deadlineMs: "none" })
    .input(LockRequest)
    .output(eventIterator(LockItem)),
};
