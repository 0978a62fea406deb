import type Database from "better-sqlite3";
import * as z from "zod";
import { Grants } from "../../contract/accounts.ts";
import type { AccountStore, TokenRecord } from "../../core/ports/accounts.ts";

interface TokenRow {
  id: string;
  hash: string;
  name: string;
  user: string;
  grants: string;
  scopes: string;
  created_at: number;
  expires_at: number;
  last_used_at: number | null;
  last_address: string | null;
}

type TokenPart = Pick<AccountStore, "addToken" | "token" | "tokens" | "touchToken" | "removeToken">;

/** The part of the store that keeps tokens of programs. */
export const tokenQueries = (
  database: Database.Database,
  run: <T>(work: () => T) => Promise<T>,
): TokenPart => {
  const insert = database.prepare(
    "insert into tokens (id, hash, name, user, grants, scopes, created_at, expires_at) values (@id, @hash, @name, @user, @grants, @scopes, @createdAt, @expiresAt)",
  );
  const byId = database.prepare<[string], TokenRow>("select * from tokens where id = ?");
  const some = database.prepare<[{ user: string | null }], TokenRow>(
    "select * from tokens where (@user is null or user = @user) order by created_at desc, id",
  );
  const touch = database.prepare("update tokens set last_used_at = ?, last_address = ? where id = ?");
  const remove = database.prepare("delete from tokens where id = ?");
  return {
    addToken: (token) =>
      run(() => {
        const { id, hash, name, user, createdAt, expiresAt } = token;
        const grants = JSON.stringify(token.grants);
        insert.run({
          id,
          hash,
          name,
          user,
          grants,
          scopes: JSON.stringify(token.scopes),
          createdAt,
          expiresAt,
        });
      }),
    token: (id) => run(() => tokenOf(byId.get(id))),
    tokens: (user) => run(() => some.all({ user: user ?? null }).flatMap((row) => tokenOf(row) ?? [])),
    touchToken: (id, { at, address }) => run(() => void touch.run(at, address, id)),
    removeToken: (id) => run(() => remove.run(id).changes === 1),
  };
};

const tokenOf = (row: TokenRow | undefined): TokenRecord | undefined =>
  row && {
    id: row.id,
    hash: row.hash,
    name: row.name,
    user: row.user,
    grants: Grants.parse(JSON.parse(row.grants)),
    scopes: z.array(z.string()).parse(JSON.parse(row.scopes)),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at ?? undefined,
    lastAddress: row.last_address ?? undefined,
  };
