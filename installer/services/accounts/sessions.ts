import type { SessionInfo } from "../../contract/accounts.ts";
import { intersection } from "../../core/accounts/permission.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { SessionRecord } from "../../core/ports/accounts.ts";
import type { AccountParts, Origin, Person } from "./types.ts";

/** A session is written down as used at most this often. */
const TOUCH_MS = 10_000;

/** Sessions of browsers. */
export interface Sessions {
  /** Begins one; gives its identifier and the value of its cookie. */
  begin(user: string, origin: Origin): Promise<{ readonly id: string; readonly cookie: string }>;
  person(cookie: string): Promise<Person | undefined>;
  list(user: string | undefined, current?: string): Promise<readonly SessionInfo[]>;
  one(id: string): Promise<SessionInfo | undefined>;
  end(choice: { readonly id?: string; readonly user?: string; readonly except?: string }): Promise<number>;
  onEnded(listener: (ids: readonly string[]) => void): () => void;
}

/** Sessions over the store. A cookie is a new random value at every login, so none can be fixed beforehand. */
export const createSessions = ({ store, credentials, clock, limits }: AccountParts): Sessions => {
  const listeners = new Set<(ids: readonly string[]) => void>();
  const tell = (ids: readonly string[]): number => {
    if (ids.length > 0) for (const listener of listeners) listener(ids);
    return ids.length;
  };
  const expire = async (): Promise<void> => {
    const now = clock.now();
    tell(await store.expireSessions(now - limits.idleMs, now - limits.longestMs));
  };
  const view = (session: SessionRecord, current?: string): SessionInfo => ({
    id: session.id,
    user: session.user,
    createdAt: session.createdAt,
    lastUsedAt: session.lastUsedAt,
    idleUntil: Math.min(session.lastUsedAt + limits.idleMs, session.createdAt + limits.longestMs),
    until: session.createdAt + limits.longestMs,
    address: session.address,
    agent: session.agent,
    current: session.id === current,
  });
  return {
    async begin(user, { address, agent }) {
      const cookie = credentials.newToken();
      const id = credentials.newId();
      const now = clock.now();
      await store.addSession({
        id,
        hash: credentials.fingerprint(cookie),
        user,
        createdAt: now,
        lastUsedAt: now,
        address,
        agent: agent.slice(0, 300),
      });
      return { id, cookie };
    },
    async person(cookie) {
      const session = await store.sessionByHash(credentials.fingerprint(cookie));
      if (session === undefined) return undefined;
      const now = clock.now();
      if (now >= view(session).idleUntil) {
        await expire();
        return undefined;
      }
      const user = await store.user(session.user);
      if (user === undefined) return undefined;
      if (now - session.lastUsedAt >= Math.min(TOUCH_MS, limits.idleMs / 10)) {
        await store.touchSession(session.id, now);
      }
      return { user: user.name, via: "session", grants: user.grants, totp: user.totp, session: session.id };
    },
    async list(user, current) {
      await expire();
      return (await store.sessions(user === undefined ? {} : { user })).map((found) => view(found, current));
    },
    async one(id) {
      const [found] = await store.sessions({ id });
      return found && view(found, id);
    },
    end: async (choice) => tell(await store.removeSessions(choice)),
    onEnded(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** Who holds a program's token, as they may act with it: no more than their account allows now. Rejects with TOKEN_REFUSED. */
export const personByToken = async (
  { store, credentials, clock }: Pick<AccountParts, "store" | "credentials" | "clock">,
  value: string,
  origin: Origin,
): Promise<Person> => {
  const refused = SlipwayError.of("TOKEN_REFUSED", {});
  const [, id] = /^slw_([0-9a-z]{10})_[\w-]{43}$/.exec(value) ?? [];
  const token = id === undefined ? undefined : await store.token(id);
  // Hashes of random values: how long comparing them takes tells nothing about the value.
  if (token === undefined || token.hash !== credentials.fingerprint(value)) throw refused;
  const now = clock.now();
  if (token.expiresAt <= now) throw refused;
  const grants = await grantsNow(store, token.user);
  if (grants === undefined) throw refused;
  if (now - (token.lastUsedAt ?? 0) >= TOUCH_MS || token.lastAddress !== origin.address) {
    await store.touchToken(token.id, { at: now, address: origin.address });
  }
  const totp = (await store.user(token.user))?.totp ?? false;
  return {
    user: token.user,
    via: "token",
    grants: intersection(token.grants, grants),
    totp,
    token: { name: token.name, scopes: token.scopes },
  };
};

/** Owner of tokens that the socket's owner made without having an account: they have every right. */
export const SOCKET_OWNER_PREFIX = "os:";

const grantsNow = async (store: AccountParts["store"], user: string): Promise<Person["grants"] | undefined> =>
  user.startsWith(SOCKET_OWNER_PREFIX)
    ? { site: "administrator", clusters: {} }
    : (await store.user(user))?.grants;
