import { ADDRESS_RULE, FORGET_MS, lockedUntil, NAME_RULE } from "../../core/accounts/lock-out.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { AccountParts } from "./types.ts";

/** Wrong attempts: counted before they are looked at, so that a hundred at once are a hundred. */
export interface AttemptLimits {
  /**
   * Counts an attempt under a name from an address; rejects with LOGIN_LOCKED while either is locked. Names are treated
   * alike whether there is such an account or not.
   */
  begin(name: string, address: string): Promise<void>;
  /** The attempt was right: those of the name are forgotten, and this one of the address. */
  succeeded(name: string, address: string): Promise<void>;
  /** The attempt was no guess: it is as if it had not been made. */
  undo(name: string, address: string): Promise<void>;
  lockedUntil(name: string): Promise<number | undefined>;
  forgive(name: string): Promise<void>;
}

/** Limits over the store, so that a restart of the engine is no new chance. */
export const attemptLimits = ({
  store,
  credentials,
  clock,
}: Pick<AccountParts, "store" | "credentials" | "clock">): AttemptLimits => {
  // What is typed as a name may be a password: only its hash is kept.
  const ofName = (name: string): string => `user ${credentials.fingerprint(name.toLowerCase()).slice(0, 32)}`;
  const ofAddress = (address: string): string => `from ${networkOf(address)}`;
  const refuseUntil = (until: number | undefined, now: number): void => {
    if (until !== undefined && until > now) {
      throw SlipwayError.of("LOGIN_LOCKED", { seconds: Math.ceil((until - now) / 1000) });
    }
  };
  return {
    async begin(name, address) {
      const now = clock.now();
      const at = { now, forgetBefore: now - FORGET_MS };
      for (const [key, rule] of [
        [ofAddress(address), ADDRESS_RULE],
        [ofName(name), NAME_RULE],
      ] as const) {
        refuseUntil(lockedUntil(await store.attempts(key), rule), now);
        await store.countAttempt(key, at);
      }
    },
    async succeeded(name, address) {
      await store.forgiveAttempts(ofName(name));
      await store.uncountAttempt(ofAddress(address));
    },
    async undo(name, address) {
      await store.uncountAttempt(ofName(name));
      await store.uncountAttempt(ofAddress(address));
    },
    async lockedUntil(name) {
      const now = clock.now();
      const until = lockedUntil(await store.attempts(ofName(name)), NAME_RULE);
      return until !== undefined && until > now ? until : undefined;
    },
    forgive: (name) => store.forgiveAttempts(ofName(name)),
  };
};

/** Whoever has one IPv6 address has the whole /64. */
const networkOf = (address: string): string => {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const first = head.split(":").filter((group) => group !== "");
  const rest = tail === undefined ? [] : tail.split(":").filter((group) => group !== "");
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - first.length - rest.length }, () => "0");
  return [...first, ...zeros, ...rest].slice(0, 4).join(":");
};
