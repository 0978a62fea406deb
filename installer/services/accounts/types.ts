import type { ApiToken, Enrolment, Grants, SessionInfo, User } from "../../contract/accounts.ts";
import type { RecoveryCodes, TotpSecret } from "../../contract/api/auth.ts";
import type { AccountStore, Credentials } from "../../core/ports/accounts.ts";
import type { Clock, Secrets } from "../../core/ports/index.ts";

/** Where a call comes from, as the transport saw it. */
export interface Origin {
  readonly address: string;
  /** What the program says it is. */
  readonly agent: string;
}

/** Somebody who proved who they are. */
export interface Person {
  readonly user: string;
  readonly via: "socket" | "session" | "token";
  readonly grants: Grants;
  readonly totp: boolean;
  readonly session?: string;
  readonly token?: { readonly name: string; readonly scopes: readonly string[] };
}

/** How long sessions last. */
export interface SessionLimits {
  /** Without a call. */
  readonly idleMs: number;
  /** In any case. */
  readonly longestMs: number;
}

/** What accounts are made from. */
export interface AccountParts {
  readonly store: AccountStore;
  readonly credentials: Credentials;
  /** Keeps the secrets of one-time codes, encrypted. */
  readonly secrets: Pick<Secrets, "get" | "set" | "remove">;
  readonly clock: Pick<Clock, "now">;
  readonly limits: SessionLimits;
  /** Addresses under which the console is open, to make whole links. */
  readonly addresses: () => readonly string[];
}

/** What somebody types to sign in. */
export interface LoginRequest {
  readonly user: string;
  readonly password: string;
  readonly code?: string | undefined;
}

/** What somebody types behind an enrolment link. */
export interface EnrolRequest {
  readonly token: string;
  readonly user?: string | undefined;
  readonly password: string;
}

/** A person with a new session, and the value of its cookie. */
export interface SignedIn {
  readonly person: Person;
  readonly cookie: string;
}

/** What a new token may do. */
export interface TokenRequest {
  readonly name: string;
  readonly grants: Grants;
  readonly scopes: readonly string[];
  readonly days: number;
}

/** Accounts, sessions, tokens and links of the console. */
export interface AccountsService {
  setup(): Promise<"needed" | "done">;
  /** Who holds a session's cookie; undefined when it has ended. Counts as use. */
  bySession(cookie: string): Promise<Person | undefined>;
  /** Who holds a token; rejects with TOKEN_REFUSED. */
  byToken(value: string, origin: Origin): Promise<Person>;
  /** Rejects with LOGIN_REFUSED, LOGIN_CODE_NEEDED or LOGIN_LOCKED, in the same time whether there is such an account or not. */
  login(request: LoginRequest, origin: Origin): Promise<SignedIn>;
  /** The name of an account if there is one: for the audit log, which must not hold what was typed into the wrong field. */
  knownName(typed: string): Promise<string | undefined>;

  enrolment(token: string, origin: Origin): Promise<Pick<Enrolment, "user" | "grants" | "expiresAt">>;
  enrol(request: EnrolRequest, origin: Origin): Promise<SignedIn>;
  /** The link for the first administrator; undefined once there is an account. Links made before are worth nothing. */
  firstLink(): Promise<Enrolment | undefined>;

  session(id: string): Promise<SessionInfo | undefined>;
  sessions(user: string | undefined, current?: string): Promise<readonly SessionInfo[]>;
  /** Of that user, or of anybody; rejects with SESSION_UNKNOWN. */
  endSession(id: string, user: string | undefined): Promise<void>;
  /** Calls back with the identifiers of sessions that have ended, from now on. */
  onSessionsEnded(listener: (ids: readonly string[]) => void): () => void;

  changePassword(person: Person, request: { readonly current: string; readonly next: string }): Promise<void>;
  beginTotp(person: Person, password: string): Promise<TotpSecret>;
  confirmTotp(person: Person, code: string): Promise<RecoveryCodes>;
  endTotp(person: Person, password: string): Promise<void>;

  users(): Promise<readonly User[]>;
  invite(
    request: { readonly name?: string | undefined; readonly grants: Grants },
    by: Person,
  ): Promise<Enrolment>;
  grant(name: string, grants: Grants): Promise<User>;
  resetPassword(name: string, by: Person): Promise<Enrolment>;
  unlock(name: string): Promise<User>;
  remove(name: string): Promise<void>;

  tokens(user: string | undefined): Promise<readonly ApiToken[]>;
  createToken(
    request: TokenRequest,
    by: Person,
  ): Promise<{ readonly token: ApiToken; readonly value: string }>;
  /** Of that user, or of anybody; rejects with TOKEN_UNKNOWN. */
  revokeToken(id: string, user: string | undefined): Promise<void>;
}
