import * as z from "zod";

/** Name of a key: SHA-256 of its SubjectPublicKeyInfo in DER. */
export const KeyId = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .describe("sha256 of the public key's DER form");
export type KeyId = z.output<typeof KeyId>;

/** The two kinds of key that stock cosign verifies too. Ed25519 signatures are reproducible. */
export const KeyType = z.enum(["ed25519", "ecdsa-p256"]);
export type KeyType = z.output<typeof KeyType>;

/** An old key's word that a new one may sign in its place. The signature covers the canonical JSON of type, oldKey, newKey, newPublicKey. */
export const Rotation = z.strictObject({
  type: z.literal("slipway.rotation.v1"),
  oldKey: KeyId,
  oldPublicKey: z.string().describe("SubjectPublicKeyInfo as PEM"),
  newKey: KeyId,
  newPublicKey: z.string().describe("SubjectPublicKeyInfo as PEM"),
  signature: z.base64(),
});
export type Rotation = Readonly<z.output<typeof Rotation>>;

/** A public key this appliance believes. */
export const TrustedKey = z.strictObject({
  keyId: KeyId,
  publicKey: z.string(),
  name: z.string().min(1).max(200),
  addedAt: z.number().describe("Milliseconds since the epoch"),
  addedBy: z.string(),
  notAfter: z.number().optional().describe("Milliseconds since the epoch; after it the key is refused"),
  via: KeyId.optional().describe("The key that vouched for this one"),
  revoked: z.strictObject({ at: z.number(), by: z.string(), why: z.string() }).optional(),
});
export type TrustedKey = Readonly<z.output<typeof TrustedKey>>;

/** The file of the trust store. */
export const TrustFile = z.strictObject({ schema: z.literal(1), keys: z.array(TrustedKey).max(1000) });
export type TrustFile = Readonly<z.output<typeof TrustFile>>;
