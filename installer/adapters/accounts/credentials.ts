import { createHash, randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { Secret, TOTP } from "otpauth";
import { SlipwayError } from "../../core/contract.ts";
import type { Credentials } from "../../core/ports/accounts.ts";

/** What one check of a password costs. */
export interface PasswordCost {
  readonly memoryKiB: number;
  readonly passes: number;
}

/** RFC 9106, section 4, second recommended option. About 0.1 s of one core. */
const COST: PasswordCost = { memoryKiB: 65_536, passes: 3 };

/** Checks at once, and waiting: each takes 64 MiB, so strangers must not be able to ask for any number of them. */
const AT_ONCE = 2;
const WAITING = 32;

const PERIOD_SECONDS = 30;
const ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";

/** Passwords by argon2id, one-time codes by RFC 6238, random values of the system. */
export const createCredentials = (site: string, cost: PasswordCost = COST): Credentials => {
  // The library's own choice of algorithm is argon2id.
  const options = {
    memoryCost: cost.memoryKiB,
    timeCost: cost.passes,
    parallelism: 1,
  };
  const inTurn = limited(AT_ONCE, WAITING);
  let decoy: Promise<string> | undefined;
  return {
    hashPassword: (password) => inTurn(() => hash(password.normalize("NFKC"), options)),
    checkPassword: async (stored, password) => {
      decoy ??= hash(randomBytes(32).toString("hex"), options);
      const against = stored ?? (await decoy);
      const right = await inTurn(() => verify(against, password.normalize("NFKC"))).catch(refuseOnly);
      return right && stored !== undefined;
    },
    newTotp: (user) => {
      const totp = new TOTP({ issuer: `Slipway ${site}`, label: user, secret: new Secret({ size: 20 }) });
      return { secret: totp.secret.base32, uri: totp.toString() };
    },
    totpStep: (secret, code, now) => {
      const token = code.replaceAll(/[\s-]/g, "");
      if (!/^\d{6}$/.test(token)) return undefined;
      const totp = new TOTP({ secret: Secret.fromBase32(secret), period: PERIOD_SECONDS });
      const delta = totp.validate({ token, timestamp: now, window: 1 });
      return delta === null ? undefined : Math.floor(now / 1000 / PERIOD_SECONDS) + delta;
    },
    newToken: () => randomBytes(32).toString("base64url"),
    newId: () => letters(10),
    newRecoveryCodes: () =>
      Array.from({ length: 10 }, () => Array.from({ length: 4 }, () => letters(4)).join("-")),
    fingerprint: (value) => createHash("sha256").update(value).digest("hex"),
  };
};

// 32 letters: five bits of a byte each, none more likely than another.
const letters = (count: number): string =>
  [...randomBytes(count)].map((byte) => ID_LETTERS[byte & 31]).join("");

/** A stored hash that cannot be read lets nobody in; too many at once is told as what it is. */
const refuseOnly = (error: unknown): boolean => {
  if (error instanceof SlipwayError) throw error;
  return false;
};

/** Runs at most `atOnce` pieces of work, lets `waiting` more wait, and rejects others with RATE_LIMITED. */
const limited = (atOnce: number, waiting: number) => {
  let running = 0;
  const queue: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (queue.length >= waiting) throw SlipwayError.of("RATE_LIMITED", { seconds: 5 });
      await new Promise<void>((resolve) => queue.push(resolve));
    }
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      queue.shift()?.();
    }
  };
};
