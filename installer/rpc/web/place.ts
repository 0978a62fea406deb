import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { SlipwayError } from "../../contract/errors/index.ts";

/** Names and addresses that this console goes by. */
export interface Places {
  /** In small letters, addresses without brackets. */
  readonly names: ReadonlySet<string>;
}

/** What a Host header says: the name alone, and the origin that belongs to it. */
interface Host {
  readonly name: string;
  readonly origin: string;
}

const hostOf = (request: IncomingMessage): Host | undefined => {
  const { host } = request.headers;
  if (host === undefined || !/^[\w.\-:[\]]+$/.test(host)) return undefined;
  try {
    const url = new URL(`https://${host}`);
    return { name: url.hostname.replace(/^\[|\]$/g, ""), origin: url.origin };
  } catch {
    return undefined;
  }
};

/**
 * Rejects with HOST_REFUSED what was sent to another name than ours: a page of another site whose name was pointed at
 * this address (DNS rebinding) would otherwise speak for its visitor.
 */
export const requireHost = (request: IncomingMessage, { names }: Places): void => {
  const host = hostOf(request);
  if (host !== undefined && names.has(spelled(host.name))) return;
  throw SlipwayError.of("HOST_REFUSED", { host: (request.headers.host ?? "?").slice(0, 100) });
};

/**
 * Rejects with ORIGIN_REFUSED what a page of another site sent. `always`: requests that a browser sends with cookies;
 * then something must say that they are from our own page, because no page of ours would leave it out.
 */
export const requireOrigin = (request: IncomingMessage, need: "always" | "if-told"): void => {
  const { origin } = request.headers;
  if (origin !== undefined) {
    if (origin === hostOf(request)?.origin) return;
    throw SlipwayError.of("ORIGIN_REFUSED", { origin: origin.slice(0, 200) });
  }
  const site = request.headers["sec-fetch-site"];
  if (site === "same-origin" || (site === undefined && need === "if-told")) return;
  // A page that was opened by typing or by a link; it changes nothing.
  if (need === "if-told" && (site === "none" || isNavigation(request))) return;
  throw SlipwayError.of("ORIGIN_REFUSED", { origin: site?.toString() ?? "?" });
};

const isNavigation = ({ method, headers }: IncomingMessage): boolean =>
  method === "GET" && headers["sec-fetch-mode"] === "navigate";

/** One spelling: IPv6 as the URL parser writes it. */
export const spelled = (name: string): string =>
  isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name.toLowerCase();
