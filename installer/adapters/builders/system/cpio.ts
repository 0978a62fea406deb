import { SlipwayError } from "../../../contract/errors/index.ts";
import type { FileTree, TreeEntry } from "../../../core/ports/builders.ts";
import { readReusing } from "../common/read-file.ts";

const TYPE = { folder: 0o040000, file: 0o100000, link: 0o120000 } as const;

/**
 * A tree as the archive that Linux unpacks into its initial file system: cpio "newc" (Linux,
 * Documentation/driver-api/early-userspace/buffer-format.rst). Sorted, owner root, one time, numbered in order, so that
 * equal trees are equal bytes. Folders that are not named are made with mode 0755. A piece is good until the next is
 * asked for.
 */
export async function* cpioStream(tree: FileTree, created: number): AsyncGenerator<Uint8Array> {
  let number = 0;
  for (const entry of withFolders(tree)) {
    number += 1;
    const target = entry.kind === "link" ? Buffer.from(entry.target) : undefined;
    const size = entry.kind === "file" ? entry.size : (target?.length ?? 0);
    yield header({ entry, number, size, created });
    if (target !== undefined) yield padded(target);
    if (entry.kind !== "file" || size === 0) continue;
    let read = 0;
    for await (const bytes of readReusing(entry.location)) {
      read += bytes.length;
      yield bytes;
    }
    if (read !== size) {
      throw SlipwayError.of("BUILD_SOURCE_INVALID", {
        component: entry.path,
        source: entry.location,
        problem: `it changed from ${size} to ${read} bytes while it was packed`,
      });
    }
    if (size % 4 > 0) yield new Uint8Array(4 - (size % 4));
  }
  yield header({ entry: { kind: "folder", path: "TRAILER!!!", mode: 0 }, number: 0, size: 0, created: 0 });
}

const withFolders = function* (tree: FileTree): Generator<TreeEntry> {
  const seen = new Set(tree.flatMap(({ kind, path }) => (kind === "folder" ? [path] : [])));
  for (const entry of tree) {
    const parts = entry.path.split("/");
    for (let depth = 1; depth < parts.length; depth += 1) {
      const path = parts.slice(0, depth).join("/");
      if (seen.has(path)) continue;
      seen.add(path);
      yield { kind: "folder", path, mode: 0o755 };
    }
    yield entry;
  }
};

interface HeaderFields {
  readonly entry: TreeEntry;
  readonly number: number;
  readonly size: number;
  readonly created: number;
}

const header = ({ entry, number, size, created }: HeaderFields): Uint8Array => {
  const trailer = number === 0;
  const name = Buffer.from(`${entry.path}\0`);
  const mode = trailer ? 0 : TYPE[entry.kind] | (entry.kind === "link" ? 0o777 : entry.mode);
  const links = entry.kind === "folder" && !trailer ? 2 : 1;
  // ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
  const fields = [number, mode, 0, 0, links, created, size, 0, 0, 0, 0, name.length, 0];
  const text = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
  return padded(Buffer.concat([Buffer.from(text, "latin1"), name]));
};

const padded = (bytes: Buffer): Uint8Array =>
  bytes.length % 4 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - (bytes.length % 4))]);
