import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccountsService, Origin, Person } from "../../services/accounts/types.ts";
import type { CookieJar } from "../client-of.ts";

/** `__Host-`: browsers take it over TLS only, for this host only, for every path (RFC 6265bis, section 4.1.3.2). */
const COOKIE = "__Host-slipway";
const ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict";

/** How a request says who sent it. */
export type Proof = { readonly kind: "token" | "cookie"; readonly value: string } | { readonly kind: "none" };

/** Reads the proof of a request. A token wins: whoever sends one means it. */
export const proofOf = ({ headers }: IncomingMessage): Proof => {
  const [, token] = /^Bearer ([\w-]{1,200})$/i.exec(headers.authorization ?? "") ?? [];
  if (headers.authorization !== undefined) return { kind: "token", value: token ?? "" };
  for (const part of (headers.cookie ?? "").split(/;\s*/)) {
    if (part.startsWith(`${COOKIE}=`)) return { kind: "cookie", value: part.slice(COOKIE.length + 1) };
  }
  return { kind: "none" };
};

/** Who that is. Rejects with TOKEN_REFUSED; a cookie that is worth nothing is as none. */
export const personOf = async (
  accounts: Pick<AccountsService, "byToken" | "bySession">,
  proof: Proof,
  origin: Origin,
): Promise<Person | undefined> => {
  switch (proof.kind) {
    case "token":
      return accounts.byToken(proof.value, origin);
    case "cookie":
      return accounts.bySession(proof.value);
    case "none":
      return undefined;
  }
};

/** Sets the session's cookie with the answer; it ends with the browser, and in the engine before that. */
export const cookieJar = (response: ServerResponse): CookieJar => ({
  set: (value) => void response.setHeader("set-cookie", `${COOKIE}=${value}; ${ATTRIBUTES}`),
  clear: () => void response.setHeader("set-cookie", `${COOKIE}=; Max-Age=0; ${ATTRIBUTES}`),
});

/** Where a request comes from: the address of the connection, whatever its headers claim. */
export const originOf = ({ socket, headers }: IncomingMessage): Origin => ({
  address: (socket.remoteAddress ?? "?").replace(/^::ffff:/, ""),
  agent: (headers["user-agent"] ?? "").slice(0, 300),
});
