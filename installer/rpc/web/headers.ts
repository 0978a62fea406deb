import type { ServerResponse } from "node:http";

/**
 * Nothing from outside, nothing inline: scripts, styles and data come from this origin alone. Styles that a library puts
 * into the page at run time must carry the nonce that the page was served with.
 */
const contentPolicy = (nonce: string | undefined): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${nonce === undefined ? "" : ` 'nonce-${nonce}'`}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join("; ");

/** Sets what every answer over TLS carries. `nonce` is that of a page, if it is one. */
export const setSecurityHeaders = (response: ServerResponse, nonce?: string): void => {
  response.setHeader("content-security-policy", contentPolicy(nonce));
  response.setHeader("strict-transport-security", "max-age=31536000");
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("x-frame-options", "DENY");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  response.setHeader("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
  response.setHeader("cache-control", "no-store");
};
