/** The scheme of links that open a page of this app from elsewhere: `slipway://clusters/site-a`. */
export const LINK_SCHEME = "slipway";

/**
 * The page that a link names, as a path of the console; undefined for what is no such link. A link shows something and
 * does nothing: queries and fragments are left out, because pages read instructions from them.
 */
export const pageOf = (link: string): string | undefined => {
  if (!URL.canParse(link)) return undefined;
  const { protocol, hostname, pathname, username, port } = new URL(link);
  if (protocol !== `${LINK_SCHEME}:` || username !== "" || port !== "") return undefined;
  const path = `${hostname === "" ? "" : `/${hostname}`}${pathname}`.replace(/\/+$/, "");
  return /^(\/[\w.-]{1,100}){0,6}$/.test(path) && !path.includes("..") ? path || "/" : undefined;
};

/** The page named by the first link of a command line. */
export const pageIn = (argv: readonly string[]): string | undefined =>
  argv.map(pageOf).find((page) => page !== undefined);
