import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import type { SecretRecord, StoreFile } from "./store-file.ts";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Keys for the two uses, drawn from one master key (RFC 5869), so that neither use weakens the other. */
export interface StoreKeys {
  readonly encryption: Buffer;
  readonly sealing: Buffer;
  /** Public name of the master key. */
  readonly id: string;
}

/** Draws the keys of a store from its master key of 32 bytes. */
export const deriveKeys = (master: Uint8Array): StoreKeys => {
  const draw = (use: string, length: number): Buffer =>
    Buffer.from(hkdfSync("sha256", master, Buffer.alloc(0), `slipway-secrets/1 ${use}`, length));
  return {
    encryption: draw("encryption", KEY_BYTES),
    sealing: draw("sealing", KEY_BYTES),
    id: draw("id", 8).toString("hex"),
  };
};

/** Binds a ciphertext to its place: a record moved to another name or version does not decrypt. */
const place = (name: string, version: number): Buffer =>
  Buffer.from(`slipway-secrets/1\0${name}\0${version}`);

/** Encrypts a value for its place in the store. */
export const encrypt = (
  keys: StoreKeys,
  at: { readonly name: string; readonly version: number; readonly updatedAt: number },
  value: string,
): SecretRecord => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keys.encryption, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(place(at.name, at.version));
  const data = Buffer.concat([cipher.update(value, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return {
    version: at.version,
    updatedAt: at.updatedAt,
    nonce: nonce.toString("base64"),
    data: data.toString("base64"),
  };
};

/** The converse of `encrypt`; throws when the record is not what was stored under this name and version. */
export const decrypt = (keys: StoreKeys, name: string, record: SecretRecord): string => {
  const data = Buffer.from(record.data, "base64");
  if (data.length < TAG_BYTES) throw new Error("a record is too short");
  const cipher = createDecipheriv(CIPHER, keys.encryption, Buffer.from(record.nonce, "base64"), {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(place(name, record.version));
  cipher.setAuthTag(data.subarray(-TAG_BYTES));
  return Buffer.concat([cipher.update(data.subarray(0, -TAG_BYTES)), cipher.final()]).toString("utf8");
};

/** The seal over a store's content, in an order that does not depend on how the file was written. */
export const sealOf = (keys: StoreKeys, file: Omit<StoreFile, "seal">): string => {
  const records = Object.entries(file.secrets)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { version, updatedAt, nonce, data }]) => [name, version, updatedAt, nonce, data]);
  const key = Object.entries(file.key).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const content = JSON.stringify([file.format, file.version, key, records]);
  return createHmac("sha256", keys.sealing).update(content).digest("base64");
};

/** True when the seal is right; takes the same time wherever it differs. */
export const sealHolds = (keys: StoreKeys, file: StoreFile): boolean => {
  const expected = Buffer.from(sealOf(keys, file), "base64");
  const found = Buffer.from(file.seal, "base64");
  return expected.length === found.length && timingSafeEqual(expected, found);
};
