import type { Architecture } from "../../../contract/bundle/components.ts";
import type { ComponentsLock, LockedFile } from "../../../contract/bundle/lock.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";

/** The lock's entry for a file. Rejects with BUILD_NOT_LOCKED. */
export const lockedFile = (lock: ComponentsLock, name: string, architecture: Architecture): LockedFile => {
  const found = lock.files[name]?.[architecture];
  if (found === undefined) throw SlipwayError.of("BUILD_NOT_LOCKED", { name, architecture });
  return found;
};

/** An integrity of the lock as algorithm and hex: plain hex is sha256, `sha512-...` is Subresource Integrity (W3C). */
export const parseIntegrity = (integrity: string): { readonly algorithm: string; readonly hex: string } => {
  const encoded = /^(sha256|sha384|sha512)-([A-Za-z0-9+/=]+)$/.exec(integrity);
  if (encoded === null) return { algorithm: "sha256", hex: integrity };
  const [, algorithm = "", base64 = ""] = encoded;
  return { algorithm, hex: Buffer.from(base64, "base64").toString("hex") };
};

/** A lock with one file entry set. */
export const withFile = (
  lock: ComponentsLock,
  name: string,
  { architecture, file }: { architecture: Architecture; file: LockedFile },
): ComponentsLock => ({
  ...lock,
  files: { ...lock.files, [name]: { ...lock.files[name], [architecture]: file } },
});
