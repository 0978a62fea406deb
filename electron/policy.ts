import { randomBytes } from "node:crypto";

/** Scheme and origin of the app's own pages, which come out of its own files. */
export const PAGE_SCHEME = "slipway-app";
/** The one origin that is ever shown. */
export const PAGE_ORIGIN = `${PAGE_SCHEME}://console`;

/** Stands in index.html where the nonce of the answer belongs (installer/rpc/web/pages.ts fills it in for browsers). */
const NONCE_PLACE = "__CSP_NONCE__";

/** True for addresses of the app's own pages. */
export const isOwnPage = (url: string): boolean => url === PAGE_ORIGIN || url.startsWith(`${PAGE_ORIGIN}/`);

/** True for what a page may load: its own files, and what it made itself. */
export const mayLoad = (url: string): boolean =>
  isOwnPage(url) || url.startsWith(`blob:${PAGE_ORIGIN}/`) || url.startsWith("data:");

/** True for permissions that a page of ours needs: it may put text onto the clipboard, and nothing else. */
export const mayAsk = (permission: string, url: string): boolean =>
  permission === "clipboard-sanitized-write" && isOwnPage(url);

/** As the policy of the browser's pages (installer/rpc/web/headers.ts), and no connection to anywhere. */
export const contentPolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'none'",
    "frame-src 'none'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

/** A page with the nonce of this answer, and the policy that names it. */
export const withNonce = (html: string): { readonly html: string; readonly policy: string } => {
  const nonce = randomBytes(16).toString("base64");
  return { html: html.split(NONCE_PLACE).join(nonce), policy: contentPolicy(nonce) };
};
