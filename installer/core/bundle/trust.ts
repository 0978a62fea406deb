import type { Envelope } from "../../contract/bundle/index.ts";
import type { KeyId, Rotation, TrustedKey, TrustFile } from "../../contract/bundle/trust.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { BundleSigner, VerifySignature } from "../ports/bundle-trust.ts";
import { canonicalBytes } from "./canonical.ts";

/** Everything the decision about one bundle depends on. */
export interface TrustQuestion {
  readonly indexBytes: Uint8Array;
  readonly envelope: Envelope;
  readonly trust: TrustFile;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly verify: VerifySignature;
}

/** Which key makes a bundle believed, and the keys that became known on the way to it. */
export interface TrustAnswer {
  readonly keyId: KeyId;
  /** Keys vouched for by ones that are trusted, oldest first; the site should remember them. */
  readonly learnt: readonly TrustedKey[];
}

/**
 * Decides whether a bundle is believed here. Every signature and every rotation must be genuine, whoever made it, because
 * one that does not fit means that the file was altered. Rejects with BUNDLE_SIGNATURE_BAD, BUNDLE_UNSIGNED,
 * BUNDLE_KEY_UNKNOWN, BUNDLE_TRUST_EXPIRED or BUNDLE_KEY_REVOKED.
 */
export const judgeTrust = (question: TrustQuestion): TrustAnswer => {
  requireGenuine(question);
  const { envelope, trust, now } = question;
  if (envelope.signatures.length === 0) throw SlipwayError.of("BUNDLE_UNSIGNED", {});
  const known = new Map(trust.keys.map((key) => [key.keyId, key]));
  const learnt = follow(envelope.rotations, known, now);
  const candidates = envelope.signatures.flatMap(({ keyId }) => known.get(keyId) ?? []);
  const good = candidates.find((key) => isGood(key, now));
  if (good !== undefined) return { keyId: good.keyId, learnt };
  const [candidate] = candidates;
  if (candidate?.revoked !== undefined) {
    throw SlipwayError.of("BUNDLE_KEY_REVOKED", { key: candidate.name, why: candidate.revoked.why });
  }
  if (candidate?.notAfter !== undefined) {
    throw SlipwayError.of("BUNDLE_TRUST_EXPIRED", {
      key: candidate.name,
      when: new Date(candidate.notAfter).toISOString(),
    });
  }
  const expired = envelope.rotations
    .map(({ oldKey }) => known.get(oldKey))
    .find((key) => key?.notAfter !== undefined);
  if (expired?.notAfter !== undefined) {
    throw SlipwayError.of("BUNDLE_TRUST_EXPIRED", {
      key: expired.name,
      when: new Date(expired.notAfter).toISOString(),
    });
  }
  throw SlipwayError.of("BUNDLE_KEY_UNKNOWN", {
    keys: envelope.signatures.map(({ keyId }) => keyId).join(", "),
  });
};

/** Checks everything that is signed in an envelope, without asking whether the signers are trusted. */
export const requireGenuine = ({
  envelope,
  indexBytes,
  verify,
}: Pick<TrustQuestion, "envelope" | "indexBytes" | "verify">): void => {
  for (const { keyId, publicKey, signature } of envelope.signatures) {
    if (!verify({ keyId, publicKey, signature, bytes: indexBytes })) {
      throw SlipwayError.of("BUNDLE_SIGNATURE_BAD", { key: keyId });
    }
  }
  const keys = new Map(envelope.signatures.map(({ keyId, publicKey }) => [keyId, publicKey]));
  for (const rotation of envelope.rotations) {
    const { signature, oldPublicKey, ...statement } = rotation;
    const bytes = canonicalBytes(statement);
    const newKey = { keyId: rotation.newKey, publicKey: rotation.newPublicKey };
    const vouched = verify({ keyId: rotation.oldKey, publicKey: oldPublicKey, signature, bytes });
    if (!vouched || (keys.get(newKey.keyId) ?? newKey.publicKey) !== newKey.publicKey) {
      throw SlipwayError.of("BUNDLE_SIGNATURE_BAD", { key: rotation.oldKey });
    }
  }
};

/** Has an old key vouch for a new one. */
export const makeRotation = (old: BundleSigner, fresh: { keyId: KeyId; publicKey: string }): Rotation => {
  const statement = {
    type: "slipway.rotation.v1",
    oldKey: old.keyId,
    newKey: fresh.keyId,
    newPublicKey: fresh.publicKey,
  } as const;
  return { ...statement, oldPublicKey: old.publicKey, signature: old.sign(canonicalBytes(statement)) };
};

/** Walks the chain of rotations from trusted keys on, adding what they vouch for to `known`. */
const follow = (
  rotations: readonly Rotation[],
  known: Map<KeyId, TrustedKey>,
  now: number,
): readonly TrustedKey[] => {
  const learnt: TrustedKey[] = [];
  for (let grew = true; grew;) {
    grew = false;
    for (const { oldKey, newKey, newPublicKey } of rotations) {
      const old = known.get(oldKey);
      if (old === undefined || !isGood(old, now) || known.has(newKey)) continue;
      const fresh: TrustedKey = {
        keyId: newKey,
        publicKey: newPublicKey,
        name: `${old.name} (rotated)`,
        addedAt: now,
        addedBy: old.addedBy,
        via: oldKey,
        ...(old.notAfter === undefined ? {} : { notAfter: old.notAfter }),
      };
      known.set(newKey, fresh);
      learnt.push(fresh);
      grew = true;
    }
  }
  return learnt;
};

const isGood = (key: TrustedKey, now: number): boolean =>
  key.revoked === undefined && (key.notAfter === undefined || now <= key.notAfter);
