import * as z from "zod";

/** Answer to hello: what the machine does next. `seconds` is how long a waiting machine waits before it asks again. */
export const MetalDecision = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("wait"), seconds: z.number().int().min(1).max(600) }),
  z.strictObject({ action: z.enum(["install", "restore"]), job: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) }),
  z.strictObject({ action: z.enum(["disk", "reboot"]) }),
]);
export type MetalDecision = Readonly<z.output<typeof MetalDecision>>;

const Digest = z.string().regex(/^[0-9a-f]{64}$/);
const Size = z.number().int().positive();
/** Relative to the job's address. */
const Path = z.string().regex(/^[A-Za-z0-9._/-]+$/);

const target = {
  "disk-name": z.string().regex(/^[A-Za-z0-9!._-]+$/),
  "disk-serial": z.string(),
  "disk-wwn": z.string(),
  "disk-path": z.string(),
  "disk-size": Size,
};

/** Everything that an installer needs to know to write one disk; nothing else is written. */
export const InstallPlan = z.strictObject({
  kind: z.literal("install"),
  ...target,
  foreign: z.enum(["refuse", "agreed"]),
  "image-path": Path,
  "image-sha256": Digest,
  "image-size": Size,
  "boot-path": Path,
  "boot-sha256": Digest,
  "boot-size": Size,
  "identity-path": Path,
  "identity-sha256": Digest,
  firmware: z.enum(["bios", "uefi"]),
  "cmdline-extra": z.string(),
});
export type InstallPlan = Readonly<z.output<typeof InstallPlan>>;

/** Puts the saved first and last 4 MiB of a disk back. Only on a disk that carries the claim of the same job. */
export const RestorePlan = z.strictObject({
  kind: z.literal("restore"),
  ...target,
  "saved-first-sha256": Digest,
  "saved-last-sha256": Digest,
});
export type RestorePlan = Readonly<z.output<typeof RestorePlan>>;

/** What GET plan answers. */
export const MetalPlan = z.discriminatedUnion("kind", [InstallPlan, RestorePlan]);
export type MetalPlan = Readonly<z.output<typeof MetalPlan>>;
