import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";

/** Format of the store's file that this code writes. */
export const STORE_VERSION = 1;

const Base64 = z.base64();

/** How the key of a store comes about. `id` tells two key files apart and says nothing about the key. */
export const KeySource = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("file"), id: z.string() }),
  z.strictObject({
    kind: z.literal("passphrase"),
    algorithm: z.literal("argon2id"),
    salt: Base64,
    // Bounds, so that an altered file cannot make the engine eat all memory before the seal is checked.
    memoryKiB: z.int().min(8_192).max(1_048_576),
    iterations: z.int().min(1).max(16),
    lanes: z.int().min(1).max(16),
  }),
]);
export type KeySource = z.output<typeof KeySource>;

/** One secret: AES-256-GCM under a nonce of its own, its tag behind the ciphertext. */
export const SecretRecord = z.strictObject({
  version: z.int().min(1),
  updatedAt: z.int(),
  nonce: Base64,
  data: Base64,
});
export type SecretRecord = z.output<typeof SecretRecord>;

/** The whole file. `seal` is an HMAC over everything else, so that a removed record shows as well as an altered one. */
export const StoreFile = z.strictObject({
  format: z.literal("slipway-secrets"),
  version: z.literal(STORE_VERSION),
  key: KeySource,
  secrets: z.record(z.string(), SecretRecord),
  seal: Base64,
});
export type StoreFile = z.output<typeof StoreFile>;

/** Enough of any version to tell a newer store from a broken one. */
export const StoreHead = z.object({ format: z.literal("slipway-secrets"), version: z.number() });

/** Content of a file, or undefined when there is none. */
export const readIfThere = async (path: string): Promise<Buffer | undefined> => {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
};

/** Replaces a file as a whole or not at all, also over a loss of power; only its owner may read it. */
export const writePrivately = async (path: string, content: string | Uint8Array): Promise<void> => {
  const fresh = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    const file = await open(fresh, "wx", 0o600);
    try {
      await file.chmod(0o600);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
