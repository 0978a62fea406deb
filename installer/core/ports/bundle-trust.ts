import type { KeyId, TrustFile } from "../../contract/bundle/trust.ts";

/** Checks one signature. False for anything that does not fit, malformed input included; never throws. */
export type VerifySignature = (claim: {
  readonly keyId: KeyId;
  readonly publicKey: string;
  readonly signature: string;
  readonly bytes: Uint8Array;
}) => boolean;

/** An opened private key. */
export interface BundleSigner {
  readonly keyId: KeyId;
  readonly publicKey: string;
  /** Base64 of the signature: Ed25519, or ASN.1 ECDSA over SHA-256. */
  sign(bytes: Uint8Array): string;
}

/** Where the trusted keys are kept. `save` is atomic. */
export interface TrustFileStore {
  load(): Promise<TrustFile>;
  save(file: TrustFile): Promise<void>;
}
