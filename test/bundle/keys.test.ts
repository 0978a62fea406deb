import { describe, expect, test } from "vitest";
import {
  makeKeyPair,
  openSigner,
  readPublicKey,
  verifySignature,
} from "../../installer/adapters/bundle/keys.ts";

const bytes = Buffer.from("canonical index");

describe("a key pair", () => {
  test("opens with its passphrase only, and its signatures fit only what was signed", async () => {
    const { privatePem, publicPem, keyId } = await makeKeyPair("ed25519", "correct horse");
    const signer = await openSigner(privatePem, "correct horse", "site.key");
    const claim = { ...readPublicKey(publicPem, "site.pub"), signature: signer.sign(bytes), bytes };
    expect(claim.keyId).toBe(keyId);
    expect(verifySignature(claim)).toBe(true);
    expect(verifySignature({ ...claim, bytes: Buffer.from("canonical indeX") })).toBe(false);
    expect(verifySignature({ ...claim, publicKey: `${publicPem}\n` })).toBe(false);
    await expect(openSigner(privatePem, "wrong", "site.key")).rejects.toMatchObject({
      code: "BUNDLE_PASSPHRASE_WRONG",
    });
    await expect(openSigner(publicPem, "", "site.pub")).rejects.toMatchObject({
      code: "BUNDLE_KEY_UNREADABLE",
    });
  });
});
