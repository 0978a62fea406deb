import * as z from "zod";

/** What an installer does, in this order; `disk-restore` instead of all from partition to boot-loader when it puts a disk back. */
export const INSTALL_STEPS = [
  "facts",
  "check-disk",
  "save-foreign",
  "identity",
  "claim",
  "partition",
  "write-image",
  "verify-image",
  "data",
  "boot-files",
  "boot-loader",
  "disk-restore",
  "reboot",
] as const;

/** Why an installer stopped. Each is an error of the catalogue too. */
export const INSTALL_FAILURES = [
  "DISK_FOREIGN",
  "DISK_NOT_FOUND",
  "DISK_CHANGED",
  "DISK_AMBIGUOUS",
  "DISK_TOO_SMALL",
  "DISK_WRITE_FAILED",
  "IMAGE_DIGEST",
  "IMAGE_TRUNCATED",
  "INSTALLER_NO_ENGINE",
  "CA_MISMATCH",
  "INSTALLER_FAILED",
] as const;

/** One message of an installer about its job (POST events). */
export const InstallEvent = z.object({
  step: z.enum(INSTALL_STEPS),
  outcome: z.enum(["begin", "progress", "ok", "failed"]),
  done: z.number().int().nonnegative().optional().describe("Bytes"),
  total: z.number().int().nonnegative().optional(),
  code: z.enum(INSTALL_FAILURES).optional(),
  message: z.string().max(4096).optional(),
});
export type InstallEvent = Readonly<z.output<typeof InstallEvent>>;

/** What the installed system says once, after its first boot (POST first-boot). */
export const FirstBoot = z.object({
  hostname: z.string().min(1),
  addresses: z.array(z.string()),
  slot: z.enum(["a", "b"]),
  hostKeys: z.array(z.string().min(1)).min(1).describe("Public keys of its SSH server, as in *.pub"),
});
export type FirstBoot = Readonly<z.output<typeof FirstBoot>>;

/** Parts of a foreign disk that are kept by the engine before the disk is overwritten. */
export const SAVED_PARTS = ["first", "last", "table"] as const;

/** Size of the parts `first` and `last`, in bytes. */
export const SAVED_BYTES = 4 * 2 ** 20;
