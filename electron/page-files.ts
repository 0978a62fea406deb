import { promises as files } from "node:fs";
import { extname, join, normalize, sep } from "node:path";
import { contentPolicy, withNonce } from "./policy.ts";

/** A file of the console as the page gets it. */
export interface PageFile {
  readonly status: 200 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

const always = { "x-content-type-options": "nosniff", "cache-control": "no-store" };

/**
 * Answers for an address of the app's pages with a file of `folder` and nothing outside of it. Addresses without a file are
 * pages inside the console, which begins with its first page; anything that looks like a file and is none is 404.
 */
export const pageFile = async (folder: string, url: string): Promise<PageFile> => {
  const path = pathIn(url);
  const type = types[extname(path)];
  if (type !== undefined && path !== "/index.html") {
    const file = join(folder, normalize(path));
    const content = file.startsWith(folder + sep)
      ? await files.readFile(file).catch(() => undefined)
      : undefined;
    if (content !== undefined) {
      return {
        status: 200,
        headers: { ...always, "content-type": type, "content-security-policy": contentPolicy("") },
        content,
      };
    }
    return {
      status: 404,
      headers: { ...always, "content-type": "text/plain" },
      content: Buffer.from("404\n"),
    };
  }
  const { html, policy } = withNonce(await files.readFile(join(folder, "index.html"), "utf8"));
  const headers = {
    ...always,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
  };
  return { status: 200, headers, content: Buffer.from(html) };
};

const pathIn = (url: string): string => {
  try {
    return decodeURIComponent(new URL(url).pathname);
  } catch {
    return "/";
  }
};
