import type { ApiToken } from "../../contract/accounts.ts";
import { isWithin } from "../../core/accounts/permission.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { TokenRecord } from "../../core/ports/accounts.ts";
import { SOCKET_OWNER_PREFIX } from "./sessions.ts";
import type { AccountParts, AccountsService } from "./types.ts";

const DAY_MS = 86_400_000;

/** Tokens of programs: a random value of which only the hash is kept. */
export const tokenAdministration = ({
  store,
  credentials,
  clock,
}: AccountParts): Pick<AccountsService, "tokens" | "createToken" | "revokeToken"> => ({
  tokens: async (user) => (await store.tokens(user)).map(tokenView),
  async createToken({ name, grants, scopes, days }, by) {
    if (!isWithin(grants, by.grants)) throw SlipwayError.of("GRANTS_EXCEEDED", {});
    const id = credentials.newId();
    const value = `slw_${id}_${credentials.newToken()}`;
    const now = clock.now();
    const token: TokenRecord = {
      id,
      hash: credentials.fingerprint(value),
      name,
      user: ownerOf(by),
      grants,
      scopes,
      createdAt: now,
      expiresAt: now + days * DAY_MS,
      lastUsedAt: undefined,
      lastAddress: undefined,
    };
    await store.addToken(token);
    return { token: tokenView(token), value };
  },
  async revokeToken(id, user) {
    const found = await store.token(id);
    if (found === undefined || (user !== undefined && found.user !== user)) {
      throw SlipwayError.of("TOKEN_UNKNOWN", { token: id });
    }
    await store.removeToken(id);
  },
});

/** Under which name somebody's tokens are kept: the socket's owner has no account, and none can have that name. */
export const ownerOf = ({ user, via }: { readonly user: string; readonly via: string }): string =>
  via === "socket" ? `${SOCKET_OWNER_PREFIX}${user}` : user;

const tokenView = (token: TokenRecord): ApiToken => ({
  id: token.id,
  name: token.name,
  user: token.user,
  grants: token.grants,
  scopes: token.scopes,
  createdAt: token.createdAt,
  expiresAt: token.expiresAt,
  ...(token.lastUsedAt === undefined ? {} : { lastUsedAt: token.lastUsedAt }),
  ...(token.lastAddress === undefined ? {} : { lastAddress: token.lastAddress }),
});
