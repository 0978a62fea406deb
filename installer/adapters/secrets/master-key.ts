import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { open, rename } from "node:fs/promises";
import { hashRaw } from "@node-rs/argon2";
import { SlipwayError } from "../../core/contract.ts";
import { writePrivately, type KeySource } from "./store-file.ts";

const KEY_BYTES = 32;

/** OWASP's and RFC 9106's advice for a machine with memory to spare: 64 MiB, three passes. */
export const PASSPHRASE_COST = { memoryKiB: 65_536, iterations: 3, lanes: 4 } as const;

/** What deriving a key from a passphrase costs; tests take less. */
export type PassphraseCost = Readonly<Record<keyof typeof PASSPHRASE_COST, number>>;

/** `Algorithm.Argon2id` and `Version.V0x13` of the library, which are const enums and so not to be imported. */
const ARGON2ID = 2;
const ARGON2_VERSION_13 = 1;

/**
 * Reads a key file: undefined when there is none; SECRETS_KEY_UNSAFE when it is not a plain file of ours that only we
 * may read, or when it holds no key.
 */
export const readKeyFile = async (file: string): Promise<Buffer | undefined> => {
  const refuse = (problem: string): never => {
    throw SlipwayError.of("SECRETS_KEY_UNSAFE", { file, problem });
  };
  let handle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return undefined;
    return refuse(code === "ELOOP" ? "it is a link" : String(error));
  }
  try {
    // Asked of the open file, so that it cannot be exchanged between the look and the reading.
    const found = await handle.stat();
    if (!found.isFile()) return refuse("it is not a file");
    const self = process.getuid?.();
    if (self !== undefined) {
      if (found.uid !== self) return refuse(`it belongs to user id ${found.uid}, not to ${self}`);
      if ((found.mode & 0o077) !== 0) {
        return refuse(`others may use it (mode ${(found.mode & 0o777).toString(8).padStart(4, "0")})`);
      }
    }
    const key = await handle.readFile();
    return key.length === KEY_BYTES ? key : refuse(`it holds ${key.length} bytes, not ${KEY_BYTES}`);
  } finally {
    await handle.close();
  }
};

/** A new random key, put into `file`. */
export const createKeyFile = async (file: string): Promise<Buffer> => {
  const key = randomBytes(KEY_BYTES);
  await writePrivately(file, key);
  return key;
};

/** Puts a key file that waited under another name in place. */
export const adoptKeyFile = (waiting: string, file: string): Promise<void> => rename(waiting, file);

/** A new source of a key that is drawn from a passphrase, with a salt of its own. */
export const newPassphraseSource = (cost: PassphraseCost): Extract<KeySource, { kind: "passphrase" }> => ({
  kind: "passphrase",
  algorithm: "argon2id",
  salt: randomBytes(16).toString("base64"),
  ...cost,
});

/** The key that a passphrase gives with a source's salt and cost (argon2id, RFC 9106). */
export const keyFromPassphrase = (
  passphrase: string,
  source: Extract<KeySource, { kind: "passphrase" }>,
): Promise<Buffer> =>
  hashRaw(passphrase.normalize("NFKC"), {
    algorithm: ARGON2ID,
    version: ARGON2_VERSION_13,
    memoryCost: source.memoryKiB,
    timeCost: source.iterations,
    parallelism: source.lanes,
    outputLen: KEY_BYTES,
    salt: Buffer.from(source.salt, "base64"),
  });
