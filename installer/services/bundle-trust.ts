import type { BundleRecord, Envelope } from "../contract/bundle/index.ts";
import type { Digest } from "../contract/bundle/manifest.ts";
import type { KeyId, TrustedKey } from "../contract/bundle/trust.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { judgeTrust, requireGenuine } from "../core/bundle/trust.ts";
import type { TrustFileStore, VerifySignature } from "../core/ports/bundle-trust.ts";
import type { Approval } from "../core/ports/bundle-transport.ts";

/** What the use cases of trust reach the world through. */
export interface TrustPorts {
  readonly trust: TrustFileStore;
  readonly verifySignature: VerifySignature;
  readonly now: () => number;
}

/** Whom this appliance believes. */
export interface TrustService {
  list(): Promise<readonly TrustedKey[]>;
  /** Trusts a key from now on, until `notAfter` (milliseconds since the epoch) where given. Renews a known one. */
  add(key: {
    keyId: KeyId;
    publicKey: string;
    name: string;
    by: string;
    notAfter?: number;
  }): Promise<TrustedKey>;
  /** Never again trusts a key, not even through a rotation. Rejects with BUNDLE_KEY_UNKNOWN. */
  revoke(keyId: KeyId, decision: { by: string; why: string }): Promise<void>;
  /** Judges a bundle; with `allowUnsigned` a bundle without signatures passes. Keys learnt by rotation are remembered. */
  approval(policy: { unsigned: "refuse" | "allow" }): Approval;
}

/** Builds the trust service. */
export const trustService = ({ trust, verifySignature, now }: TrustPorts): TrustService => ({
  list: async () => (await trust.load()).keys,
  add: async ({ keyId, publicKey, name, by, notAfter }) => {
    const file = await trust.load();
    const key: TrustedKey = {
      keyId,
      publicKey,
      name,
      addedAt: now(),
      addedBy: by,
      ...(notAfter === undefined ? {} : { notAfter }),
    };
    await trust.save({ ...file, keys: [...file.keys.filter((known) => known.keyId !== keyId), key] });
    return key;
  },
  revoke: async (keyId, { by, why }) => {
    const file = await trust.load();
    if (!file.keys.some((known) => known.keyId === keyId)) {
      throw SlipwayError.of("BUNDLE_KEY_UNKNOWN", { keys: keyId });
    }
    const revoked = { at: now(), by, why };
    const keys = file.keys.map((known) => (known.keyId === keyId ? { ...known, revoked } : known));
    await trust.save({ ...file, keys });
  },
  approval:
    ({ unsigned }) =>
    async (_index: Digest, indexBytes: Uint8Array, envelope: Envelope): Promise<BundleRecord["trust"]> => {
      const verify = verifySignature;
      if (envelope.signatures.length === 0 && unsigned === "allow") {
        requireGenuine({ envelope, indexBytes, verify });
        return { state: "unsigned" };
      }
      const file = await trust.load();
      const answer = judgeTrust({ indexBytes, envelope, trust: file, now: now(), verify });
      if (answer.learnt.length > 0) {
        await trust.save({ ...file, keys: [...file.keys, ...answer.learnt] });
      }
      return { state: "trusted", keyId: answer.keyId };
    },
});
