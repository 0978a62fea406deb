import { SlipwayError } from "../../../contract/errors/index.ts";
import type { FileTree, TreeEntry } from "../../../core/ports/builders.ts";
import { readReusing } from "../common/read-file.ts";

const BLOCK = 512;

/**
 * A tree as a POSIX tar (IEEE Std 1003.1, "pax"): sorted, owner 0:0 without names, one time for all. A pax record is
 * written only for what ustar cannot say: long or non-ASCII names and file capabilities. A piece is good until the next is
 * asked for.
 */
export async function* tarStream(tree: FileTree, created: number): AsyncGenerator<Uint8Array> {
  for (const entry of withParents(tree)) {
    yield* headerBlocks(entry, created);
    if (entry.kind !== "file" || entry.size === 0) continue;
    let read = 0;
    for await (const bytes of readReusing(entry.location)) {
      read += bytes.length;
      yield bytes;
    }
    if (read !== entry.size) {
      throw SlipwayError.of("BUILD_SOURCE_INVALID", {
        component: entry.path,
        source: entry.location,
        problem: `it changed from ${entry.size} to ${read} bytes while it was packed`,
      });
    }
    const padding = (BLOCK - (entry.size % BLOCK)) % BLOCK;
    if (padding > 0) yield new Uint8Array(padding);
  }
  yield new Uint8Array(2 * BLOCK);
}

/** Every entry after the folders it lies in; folders that were not named get mode 0755. */
const withParents = function* (tree: FileTree): Generator<TreeEntry> {
  const named = new Set(tree.map(({ path }) => path));
  const made = new Set<string>();
  for (const entry of tree) {
    const parts = entry.path.split("/");
    for (let depth = 1; depth < parts.length; depth += 1) {
      const path = parts.slice(0, depth).join("/");
      if (named.has(path) || made.has(path)) continue;
      made.add(path);
      yield { kind: "folder", path, mode: 0o755 };
    }
    yield entry;
  }
};

const typeFlags = { file: "0", link: "2", folder: "5" } as const;

function* headerBlocks(entry: TreeEntry, created: number): Generator<Uint8Array> {
  const name = entry.kind === "folder" ? `${entry.path}/` : entry.path;
  const target = entry.kind === "link" ? entry.target : "";
  const records: string[] = [];
  const short = splitName(name);
  if (short === undefined) records.push(`path=${name}`);
  if (!fits(target, 100)) records.push(`linkpath=${target}`);
  const capabilities = entry.kind === "file" ? entry.capabilities : undefined;
  const body = paxBody(records, capabilities);
  if (body.length > 0) {
    yield header({ name: "././@PaxHeader", type: "x", size: body.length, mode: 0o644, created });
    yield body;
    if (body.length % BLOCK > 0) yield new Uint8Array(BLOCK - (body.length % BLOCK));
  }
  yield header({
    name: short?.name ?? truncate(name),
    prefix: short?.prefix ?? "",
    type: typeFlags[entry.kind],
    size: entry.kind === "file" ? entry.size : 0,
    mode: entry.kind === "link" ? 0o777 : entry.mode,
    link: fits(target, 100) ? target : truncate(target),
    created,
  });
}

interface HeaderFields {
  readonly name: string;
  readonly prefix?: string;
  readonly type: string;
  readonly size: number;
  readonly mode: number;
  readonly link?: string;
  readonly created: number;
}

const header = (fields: HeaderFields): Uint8Array => {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
  };
  block.write(fields.name, 0, 100, "latin1");
  octal(fields.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(fields.size, 124, 12);
  octal(fields.created, 136, 12);
  block.write("        ", 148, "latin1");
  block.write(fields.type, 156, "latin1");
  block.write(fields.link ?? "", 157, 100, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  octal(0, 329, 8);
  octal(0, 337, 8);
  block.write(fields.prefix ?? "", 345, 155, "latin1");
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
};

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
const fits = (text: string, limit: number): boolean => isAscii(text) && text.length <= limit;
const truncate = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, "_").slice(0, 99);

/** A name as ustar's name and prefix, or undefined when it does not fit. */
const splitName = (name: string): { name: string; prefix: string } | undefined => {
  if (fits(name, 100)) return { name, prefix: "" };
  if (!isAscii(name) || name.length > 256) return undefined;
  const cut = name.lastIndexOf("/", 155);
  if (cut <= 0 || name.length - cut - 1 > 100 || cut === name.length - 1) return undefined;
  return { name: name.slice(cut + 1), prefix: name.slice(0, cut) };
};

const paxBody = (records: readonly string[], capabilities: readonly string[] | undefined): Buffer => {
  const parts = records.map((record) => paxRecord(Buffer.from(record)));
  if (capabilities !== undefined && capabilities.length > 0) {
    parts.push(
      paxRecord(
        Buffer.concat([Buffer.from("SCHILY.xattr.security.capability="), capabilityValue(capabilities)]),
      ),
    );
  }
  return Buffer.concat(parts);
};

/** `LENGTH RECORD\n`, where the length counts itself. */
const paxRecord = (record: Buffer): Buffer => {
  let length = record.length + 3;
  while (String(length).length + record.length + 2 !== length) length += 1;
  return Buffer.concat([Buffer.from(`${length} `), record, Buffer.from("\n")]);
};

/** Numbers from linux/capability.h. */
const capabilityBits: Readonly<Record<string, number>> = { net_bind_service: 10, net_raw: 13 };

/** struct vfs_cap_data, revision 2, effective flag set: permitted low, inheritable low, permitted high, inheritable high. */
const capabilityValue = (names: readonly string[]): Buffer => {
  const value = Buffer.alloc(20);
  value.writeUInt32LE(0x0200_0001, 0);
  value.writeUInt32LE(names.reduce((bits, name) => bits | (1 << (capabilityBits[name] ?? 31)), 0) >>> 0, 4);
  return value;
};
