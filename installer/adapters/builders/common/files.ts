import { createHash } from "node:crypto";
import { lstat, mkdir, open, readdir, readFile, readlink, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FileTree, TreeEntry } from "../../../core/ports/builders.ts";
import { temporaryName } from "./owner.ts";
import { readReusing } from "./read-file.ts";

/** sha256 of a text, in hex. */
export const sha256Text = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Digest of a file in hex, read as a stream. */
export const hashFile = async (path: string, algorithm = "sha256"): Promise<string> => {
  const hash = createHash(algorithm);
  for await (const piece of readReusing(path)) hash.update(piece);
  return hash.digest("hex");
};

/** True when something is there, of any kind. */
export const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** Content of a file, or undefined when there is none. */
export const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw cause;
  }
};

/** Writes a file so that a reader sees the old one or the whole new one, whatever happens meanwhile. */
export const writeAtomically = async (path: string, content: string | Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), temporaryName());
  const file = await open(temporary, "w", 0o644);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
};

/**
 * Fills a folder that is then never changed: `fill` works in a temporary folder, which becomes `path` in one step. Work
 * that was cut off leaves only a temporary folder; when two do the same, the first stays.
 */
export const makeFolderOnce = async (
  path: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> => {
  if (await exists(path)) return;
  const temporary = join(dirname(path), temporaryName());
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await rename(temporary, path).catch(async (cause: unknown) => {
      if (!(await exists(path))) throw cause;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

/** All that lies in a folder, as a tree in byte order of the paths. */
export const treeOf = async (folder: string): Promise<FileTree> => {
  const entries: TreeEntry[] = [];
  const visit = async (relative: string): Promise<void> => {
    for (const found of await readdir(join(folder, relative), { withFileTypes: true })) {
      const path = relative === "" ? found.name : `${relative}/${found.name}`;
      const location = join(folder, path);
      if (found.isSymbolicLink()) entries.push({ kind: "link", path, target: await readlink(location) });
      else if (found.isDirectory()) {
        entries.push({ kind: "folder", path, mode: (await stat(location)).mode & 0o7777 });
        await visit(path);
      } else if (found.isFile()) {
        const about = await stat(location);
        entries.push({ kind: "file", path, mode: about.mode & 0o7777, size: about.size, location });
      }
    }
  };
  await visit("");
  return sortTree(entries);
};

/** Byte order of the paths; of entries with the same path the last one stays. */
export const sortTree = (entries: readonly TreeEntry[]): FileTree => {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return [...byPath.values()].toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
};
