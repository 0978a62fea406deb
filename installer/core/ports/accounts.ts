import type { Grants } from "../../contract/accounts.ts";

/** An account as it is stored. */
export interface UserRecord {
  readonly name: string;
  readonly grants: Grants;
  /** Of argon2id; undefined until the enrolment link was used. */
  readonly password: string | undefined;
  /** Signs in with one-time codes; their secret is in the secrets store. */
  readonly totp: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly lastSignInAt: number | undefined;
}

/** A session as it is stored: the cookie's value only as a hash. */
export interface SessionRecord {
  readonly id: string;
  readonly hash: string;
  readonly user: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly address: string;
  readonly agent: string;
}

/** A program's token as it is stored: its value only as a hash. */
export interface TokenRecord {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly user: string;
  readonly grants: Grants;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | undefined;
  readonly lastAddress: string | undefined;
}

/** An enrolment link as it is stored: its token only as a hash. */
export interface EnrolmentRecord {
  readonly hash: string;
  /** The account whose password it sets; undefined when whoever opens it chooses a name. */
  readonly user: string | undefined;
  readonly grants: Grants;
  /** `first` links are worth nothing once there is an account. */
  readonly purpose: "first" | "invite" | "reset";
  readonly createdBy: string;
  readonly expiresAt: number;
}

/** Wrong attempts under one name or from one address. */
export interface Attempts {
  readonly count: number;
  readonly lastAt: number;
}

/** Which sessions are meant. */
export interface SessionChoice {
  readonly id?: string;
  readonly user?: string;
  /** All but this one. */
  readonly except?: string;
}

/**
 * Accounts and all that hangs on them. Every method is one transaction and is on disk when it resolves. Rejects with
 * STORE_UNUSABLE when the file cannot be read or written.
 */
export interface AccountStore {
  user(name: string): Promise<UserRecord | undefined>;
  /** By name. */
  users(): Promise<readonly UserRecord[]>;
  /** False when there is one of that name. */
  addUser(user: UserRecord): Promise<boolean>;
  changeUser(
    name: string,
    change: Partial<Pick<UserRecord, "grants" | "password" | "totp" | "lastSignInAt">>,
  ): Promise<void>;
  /** With its sessions, tokens, links and codes. */
  removeUser(name: string): Promise<void>;
  /** True once for each time step of a one-time code: a code that was seen, or an older one, is not taken again. */
  takeTotpStep(name: string, step: number): Promise<boolean>;
  /** Replaces the hashes of an account's recovery codes. */
  setRecoveryCodes(name: string, hashes: readonly string[]): Promise<void>;
  /** True when there was such a code; it is gone then. */
  takeRecoveryCode(name: string, hash: string): Promise<boolean>;

  addSession(session: SessionRecord): Promise<void>;
  sessionByHash(hash: string): Promise<SessionRecord | undefined>;
  /** Newest first. */
  sessions(choice?: SessionChoice): Promise<readonly SessionRecord[]>;
  touchSession(id: string, at: number): Promise<void>;
  /** Gives the identifiers of those that are gone now. */
  removeSessions(choice: SessionChoice): Promise<readonly string[]>;
  /** Those not used since `idleSince`, or made before `createdBefore`. */
  expireSessions(idleSince: number, createdBefore: number): Promise<readonly string[]>;

  addToken(token: TokenRecord): Promise<void>;
  token(id: string): Promise<TokenRecord | undefined>;
  /** Newest first. */
  tokens(user?: string): Promise<readonly TokenRecord[]>;
  touchToken(id: string, use: { readonly at: number; readonly address: string }): Promise<void>;
  removeToken(id: string): Promise<boolean>;

  /** Replaces every open link of the same purpose and account. */
  addEnrolment(enrolment: EnrolmentRecord): Promise<void>;
  enrolment(hash: string, now: number): Promise<EnrolmentRecord | undefined>;
  /** The same, and the link is gone: of two that try at once one gets it. */
  takeEnrolment(hash: string, now: number): Promise<EnrolmentRecord | undefined>;

  attempts(key: string): Promise<Attempts | undefined>;
  /** Counts one more; a count whose last attempt is older than `forgetBefore` begins anew. */
  countAttempt(key: string, at: { readonly now: number; readonly forgetBefore: number }): Promise<Attempts>;
  /** Takes one back. */
  uncountAttempt(key: string): Promise<void>;
  forgiveAttempts(key: string): Promise<void>;
}

/** What proves who somebody is, and how it is kept. */
export interface Credentials {
  hashPassword(password: string): Promise<string>;
  /** Takes as long for an account that does not exist or has no password yet (`hash` undefined) as for one that does. */
  checkPassword(hash: string | undefined, password: string): Promise<boolean>;
  /** A new secret in base32, with the address an authenticator app reads. */
  newTotp(user: string): { readonly secret: string; readonly uri: string };
  /** The time step that a code of six digits belongs to, one step before and after now included (RFC 6238). */
  totpStep(secret: string, code: string, now: number): number | undefined;
  /** A random value of 256 bits that can stand in a link, a cookie or a header. */
  newToken(): string;
  /** A short random identifier. */
  newId(): string;
  /** Ten codes of 80 bits each, as people type them. */
  newRecoveryCodes(): readonly string[];
  /** SHA-256, for values that are random already. */
  fingerprint(value: string): string;
}
