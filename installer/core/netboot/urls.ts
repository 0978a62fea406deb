/** What a URL of the boot server means. */
export type BootPath =
  /** A file every machine may have: loaders, and nothing that tells about a site. */
  | { readonly kind: "public"; readonly path: string }
  /** A file of one machine: its script, kernel, image, and the installer's calls. */
  | { readonly kind: "machine"; readonly token: string; readonly path: string };

/** 16 random bytes in base64url: nobody guesses another machine's. */
const TOKEN = /^[A-Za-z0-9_-]{22}$/;

/** Takes a request's path apart; undefined when it could mean none of ours. The path below is not checked further. */
export const parseBootPath = (url: string): BootPath | undefined => {
  const [raw = ""] = url.split("?", 1);
  const decoded = decodePercent(raw);
  if (decoded === undefined) return undefined;
  const match = /^\/+m\/([^/]+)\/(.+)$/.exec(decoded);
  if (match !== null) {
    const [, token = "", path = ""] = match;
    return TOKEN.test(token) ? { kind: "machine", token, path } : undefined;
  }
  const path = /^\/+b\/(.+)$/.exec(decoded)?.[1];
  return path === undefined ? undefined : { kind: "public", path };
};

/** Text with %XX as bytes; undefined for a broken sequence or one that is no UTF-8. */
const decodePercent = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** URL of a machine's file. */
export const machineUrl = (base: string, token: string, path: string): string => `${base}/m/${token}/${path}`;

/** URL of a file that every machine may have. */
export const publicUrl = (base: string, path: string): string => `${base}/b/${path}`;

/** One range of bytes (RFC 9110, section 14); a form that is not understood is ignored, as the RFC allows. */
export const byteRange = (
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | "unsatisfiable" | undefined => {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  if (match[1] === "") {
    const last = Math.min(Number(match[2]), size);
    return last === 0 ? "unsatisfiable" : { start: size - last, end: size - 1 };
  }
  const start = Number(match[1]);
  const end = Math.min(match[2] === "" ? size - 1 : Number(match[2]), size - 1);
  return start >= size || end < start ? "unsatisfiable" : { start, end };
};
