import { createHash } from "node:crypto";

/** Fingerprint as OpenSSH prints it: SHA256: and base64 without padding, over the key blob of RFC 4253 section 6.6. */
export const fingerprint = (keyBlob: Uint8Array): string =>
  `SHA256:${createHash("sha256").update(keyBlob).digest("base64").replace(/=+$/, "")}`;
