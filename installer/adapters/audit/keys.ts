import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  randomBytes,
  sign,
  timingSafeEqual,
} from "node:crypto";
import type { AuditCheckpoint } from "../../contract/audit.ts";
import { isCode } from "../../core/contract.ts";
import type { Anchor, ChainTools } from "../../core/audit/chain.ts";
import { engineSecrets } from "../../core/engine-secrets.ts";
import type { Secrets } from "../../core/ports/secrets.ts";

/** What only the holder of the site's audit key can make. */
export interface AuditKeys extends ChainTools {
  sealAnchor(anchor: Anchor): string;
  isSealOf(anchor: Anchor, seal: string): boolean;
  signCheckpoint(state: Pick<AuditCheckpoint, "entries" | "head" | "at">): AuditCheckpoint;
}

/** Name of the key in the secrets store. That it is there tells that there has been a log. */
const SECRET = engineSecrets.auditKey;

/** PKCS #8 of an Ed25519 key, up to its 32 bytes (RFC 8410, section 7). */
const ED25519_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** The key; where there is none yet, a new one and the way to keep it. */
export const openAuditKeys = async (
  secrets: Pick<Secrets, "get" | "set">,
): Promise<{ readonly keys: AuditKeys; readonly keep?: () => Promise<void> }> => {
  const stored = await secrets.get(SECRET).catch((error: unknown) => {
    if (isCode(error, "SECRET_NOT_FOUND")) return undefined;
    throw error;
  });
  const master = stored ?? randomBytes(32).toString("base64url");
  const keys = keysFrom(Buffer.from(master, "base64url"));
  return stored === undefined ? { keys, keep: () => secrets.set(SECRET, master) } : { keys };
};

const keysFrom = (master: Buffer): AuditKeys => {
  const derived = (use: string): Buffer => Buffer.from(hkdfSync("sha256", master, "slipway-audit", use, 32));
  const sealing = derived("seal");
  const signing = createPrivateKey({
    key: Buffer.concat([ED25519_PREFIX, derived("checkpoint")]),
    format: "der",
    type: "pkcs8",
  });
  // The last 32 bytes of SubjectPublicKeyInfo are the key itself.
  const key = createPublicKey(signing)
    .export({ format: "der", type: "spki" })
    .subarray(-32)
    .toString("base64url");
  const seal = (text: string): string => createHmac("sha256", sealing).update(text).digest("hex");
  const sealAnchor = ({ entries, head }: Anchor): string => seal(`anchor\n${entries}\n${head}`);
  return {
    hash: (text) => createHash("sha256").update(text).digest("hex"),
    seal,
    sealAnchor,
    isSealOf: (anchor, given) => {
      const right = Buffer.from(sealAnchor(anchor));
      const other = Buffer.from(given);
      return right.length === other.length && timingSafeEqual(right, other);
    },
    signCheckpoint: ({ entries, head, at }) => {
      const text = `slipway-audit-1\n${entries}\n${head}\n${at}\n`;
      return {
        entries,
        head,
        at,
        key,
        signature: sign(null, Buffer.from(text), signing).toString("base64url"),
      };
    },
  };
};
