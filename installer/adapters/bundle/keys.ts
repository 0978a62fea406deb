import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  scrypt,
  sign,
  verify,
} from "node:crypto";
import { promisify } from "node:util";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import * as z from "zod";
import type { KeyId, KeyType } from "../../contract/bundle/trust.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { BundleSigner, VerifySignature } from "../../core/ports/bundle-trust.ts";
import { problemOf } from "./errors.ts";

const derive = promisify<Buffer, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

/** Label of cosign's private keys (sigstore/cosign pkg/cosign/keys.go); older files say COSIGN instead of SIGSTORE. */
const PEM = /-----BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY-----([\s\S]+?)-----END/;

/** Parameters that cosign uses for new keys. */
const SCRYPT = { N: 65_536, r: 8, p: 1 } as const;

const Sealed = z.object({
  kdf: z.object({
    name: z.literal("scrypt"),
    params: z.object({ N: z.int().max(2 ** 20), r: z.int().max(32), p: z.int().max(16) }),
    salt: z.base64(),
  }),
  cipher: z.object({ name: z.literal("nacl/secretbox"), nonce: z.base64() }),
  ciphertext: z.base64(),
});

/** A new key pair: the private half sealed by a passphrase the way cosign does, the public half as PEM. */
export const makeKeyPair = async (
  type: KeyType,
  passphrase: string,
): Promise<{ privatePem: string; publicPem: string; keyId: KeyId }> => {
  const { privateKey, publicKey } =
    type === "ed25519"
      ? generateKeyPairSync("ed25519")
      : generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const salt = randomBytes(32);
  const nonce = randomBytes(24);
  const key = await stretch(passphrase, salt, SCRYPT);
  const plain = privateKey.export({ type: "pkcs8", format: "der" });
  const ciphertext = Buffer.from(xsalsa20poly1305(key, nonce).encrypt(plain));
  const sealed = JSON.stringify({
    kdf: { name: "scrypt", params: SCRYPT, salt: salt.toString("base64") },
    cipher: { name: "nacl/secretbox", nonce: nonce.toString("base64") },
    ciphertext: ciphertext.toString("base64"),
  });
  const lines =
    Buffer.from(sealed)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  const label = "ENCRYPTED SIGSTORE PRIVATE KEY";
  return {
    privatePem: `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`,
    publicPem: pemOf(publicKey),
    keyId: keyIdOf(publicKey),
  };
};

/** Opens a private key. Rejects with BUNDLE_KEY_UNREADABLE or BUNDLE_PASSPHRASE_WRONG; `file` is named in them. */
export const openSigner = async (
  privatePem: string,
  passphrase: string,
  file: string,
): Promise<BundleSigner> => {
  const unreadable = (problem: string): SlipwayError =>
    SlipwayError.of("BUNDLE_KEY_UNREADABLE", { file, problem });
  const body = PEM.exec(privatePem)?.[1];
  if (body === undefined) throw unreadable("no ENCRYPTED SIGSTORE PRIVATE KEY in it");
  const sealed = Sealed.safeParse(jsonOf(Buffer.from(body, "base64").toString("utf8")));
  if (!sealed.success) throw unreadable("it is not sealed the way cosign does");
  const { kdf, cipher, ciphertext } = sealed.data;
  const key = await stretch(passphrase, Buffer.from(kdf.salt, "base64"), kdf.params);
  let der: Uint8Array;
  try {
    der = xsalsa20poly1305(key, Buffer.from(cipher.nonce, "base64")).decrypt(
      Buffer.from(ciphertext, "base64"),
    );
  } catch (cause) {
    throw SlipwayError.of("BUNDLE_PASSPHRASE_WRONG", { file }, { cause });
  }
  const privateKey = createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
  requireSupported(createPublicKey(privateKey), file);
  return signerFrom(privateKey);
};

/** A signer for a key that is open already. */
export const signerFrom = (privateKey: KeyObject): BundleSigner => {
  const publicKey = createPublicKey(privateKey);
  const digest = digestFor(publicKey);
  return {
    keyId: keyIdOf(publicKey),
    publicKey: pemOf(publicKey),
    sign: (bytes) => sign(digest, bytes, privateKey).toString("base64"),
  };
};

/** Reads a public key and gives it in its one form. Rejects with BUNDLE_KEY_UNREADABLE. */
export const readPublicKey = (pem: string, file: string): { publicKey: string; keyId: KeyId } => {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (cause) {
    throw SlipwayError.of("BUNDLE_KEY_UNREADABLE", { file, problem: problemOf(cause) }, { cause });
  }
  requireSupported(key, file);
  return { publicKey: pemOf(key), keyId: keyIdOf(key) };
};

/** True when the signature fits; false for anything else, malformed keys and signatures included. */
export const verifySignature: VerifySignature = ({ keyId, publicKey, signature, bytes }) => {
  try {
    const key = createPublicKey(publicKey);
    const raw = Buffer.from(signature, "base64");
    // One spelling each: otherwise a changed bit in the PEM or in base64's spare bits would go unnoticed.
    if (pemOf(key) !== publicKey || keyIdOf(key) !== keyId || raw.toString("base64") !== signature)
      return false;
    requireSupported(key, "");
    return verify(digestFor(key), bytes, key, raw);
  } catch {
    return false;
  }
};

const stretch = async (
  passphrase: string,
  salt: Buffer,
  { N, r, p }: { N: number; r: number; p: number },
): Promise<Buffer> => derive(Buffer.from(passphrase, "utf8"), salt, 32, { N, r, p, maxmem: 256 * N * r });

const pemOf = (key: KeyObject): string => key.export({ type: "spki", format: "pem" }).toString();

const keyIdOf = (key: KeyObject): KeyId =>
  `sha256:${createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex")}`;

const digestFor = (key: KeyObject): string | null => (key.asymmetricKeyType === "ed25519" ? null : "sha256");

const requireSupported = (key: KeyObject, file: string): void => {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === "ed25519" || (key.asymmetricKeyType === "ec" && curve === "prime256v1"))
    return;
  throw SlipwayError.of("BUNDLE_KEY_UNREADABLE", {
    file,
    problem: `${key.asymmetricKeyType ?? "unknown"} ${curve ?? ""} is not supported`,
  });
};

const jsonOf = (source: string): unknown => {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
};
