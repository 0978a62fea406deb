import * as z from "zod";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** One Debian package as it was resolved. */
export const LockedPackage = z.strictObject({
  name: z.string(),
  version: z.string(),
  architecture: z.string(),
  size: z.int().nonnegative(),
  sha256: Sha256,
});
export type LockedPackage = Readonly<z.output<typeof LockedPackage>>;

/** One file as it was resolved. */
export const LockedFile = z.strictObject({
  size: z.int().nonnegative().optional(),
  integrity: z.string().describe("sha256 in hex, or an npm integrity string"),
});
export type LockedFile = Readonly<z.output<typeof LockedFile>>;

/** images/components.lock: what was resolved, by whom it is asked for. Changed only by `slipway bundle lock`. */
export const ComponentsLock = z
  .strictObject({
    schema: z.literal("slipway.dev/lock/v1"),
    apt: z
      .record(z.string(), z.record(z.string(), z.array(LockedPackage)))
      .describe("set -> architecture -> packages, in name order"),
    oci: z
      .record(z.string(), z.record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/)))
      .describe("reference -> architecture -> digest of its manifest"),
    files: z
      .record(z.string(), z.record(z.string(), LockedFile))
      .describe("url:..., npm:..., maven:... or pypi:... -> architecture -> file"),
  })
  .describe("Exact content behind every name in components.yaml");
export type ComponentsLock = Readonly<z.output<typeof ComponentsLock>>;

/** A lock that nothing was resolved into yet. */
export const emptyLock: ComponentsLock = { schema: "slipway.dev/lock/v1", apt: {}, oci: {}, files: {} };
