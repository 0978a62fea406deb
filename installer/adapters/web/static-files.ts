import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { StaticFile, StaticFiles } from "../../core/ports/web.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};

const COMPRESSED = /\.(html|m?js|css|json|svg|txt|webmanifest|wasm)$/;
/** Vite writes content hashes into the names of what it puts into assets/. */
const HASHED = /^\/assets\/.+-[\w-]{8,}\.\w+$/;
/** A folder is looked through again at most this often, when something was asked for that is not known. */
const AGAIN_MS = 1_000;

/**
 * The files of a folder, known by a list made beforehand: no path of a request ever reaches the file system, so there is
 * nothing to climb out of. Links are not followed. Files are kept in memory once they were asked for.
 */
export const staticFiles = (folder: string | undefined): StaticFiles => {
  let names: Map<string, string> | undefined;
  let readAt = -Infinity;
  const kept = new Map<string, { readonly changed: number; readonly file: StaticFile }>();

  const look = async (): Promise<Map<string, string>> => {
    if (folder === undefined) return new Map();
    readAt = performance.now();
    const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return new Map(
      found
        .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && !entry.name.endsWith(".map"))
        .map((entry) => {
          const path = join(entry.parentPath, entry.name);
          return [`/${relative(folder, path).split(sep).join("/")}`, path] as const;
        }),
    );
  };
  const find = async (path: string): Promise<StaticFile | undefined> => {
    names ??= await look();
    if (!names.has(path) && performance.now() - readAt > AGAIN_MS) names = await look();
    const file = names.get(path);
    if (file === undefined) return undefined;
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) return undefined;
    const known = kept.get(path);
    if (known?.changed === found.mtimeMs) return known.file;
    const loaded = await load(path, await readFile(file));
    kept.set(path, { changed: found.mtimeMs, file: loaded });
    return loaded;
  };
  return {
    find,
    index: () => find("/index.html"),
    state: async () => ((await find("/index.html")) === undefined ? "absent" : "served"),
  };
};

const load = async (path: string, content: Buffer): Promise<StaticFile> => {
  const short = COMPRESSED.test(path) ? await promisify(gzip)(content, { level: 9 }) : undefined;
  return {
    content,
    type: types[extname(path)] ?? "application/octet-stream",
    etag: `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`,
    immutable: HASHED.test(path),
    gzip: short !== undefined && short.length < content.length ? short : undefined,
  };
};
