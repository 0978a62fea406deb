import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { access, type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { SlipwayError } from "../../contract/errors/index.ts";
import { MIN_PART_BYTES, partName } from "../../core/bundle/parts.ts";
import { writeFailure } from "./errors.ts";
import { requireSpace, syncFolder, writeAll, writeAtomically } from "./files.ts";

/** Bytes handed to the disk at once. Two buffers of this size take turns. */
const WRITE_BYTES = 4 * 2 ** 20;

/** The disk is made to write from early on, so that the last sync has little left to wait for. */
const SYNC_EVERY_BYTES = 64 * 2 ** 20;

/** Where an export is written and how it is split. */
export interface OutputOptions {
  readonly path: string;
  readonly totalBytes: number;
  /** Largest size of one file; undefined: one file whatever its size. */
  readonly partBytes?: number;
  readonly onBytes: (done: number) => void;
}

/** One file of an export. */
export interface WrittenPart {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/**
 * Writes a stream into one file or into parts, under temporary names until all of it is there, with a checksum file
 * (`<file>.sha256`, the format of sha256sum) for people. Refuses to overwrite.
 */
export const writeOutput = async (
  stream: AsyncIterable<Uint8Array>,
  options: OutputOptions,
): Promise<readonly WrittenPart[]> => {
  const sizes = partSizes(options);
  const names = sizes.map((_, at) =>
    sizes.length === 1 ? options.path : partName(options.path, at + 1, sizes.length),
  );
  for (const name of [...names, `${options.path}.sha256`]) await refuseExisting(name);
  await requireSpace(dirname(options.path), options.totalBytes);
  const writer = new PartWriter(names, sizes, options.onBytes);
  try {
    for await (const piece of stream) await writer.write(piece);
    const parts = await writer.finish();
    for (const { path } of parts) await rename(`${path}.partial`, path);
    await syncFolder(dirname(options.path));
    const sums = parts.map(({ path, sha256 }) => `${sha256}  ${basename(path)}\n`).join("");
    await writeAtomically(`${options.path}.sha256`, Buffer.from(sums));
    return parts;
  } catch (error) {
    await writer.abandon();
    throw writeFailure(error, dirname(options.path), basename(options.path));
  }
};

class PartWriter {
  readonly #names: readonly string[];
  readonly #sizes: readonly number[];
  readonly #onBytes: (done: number) => void;
  readonly #done: WrittenPart[] = [];
  #buffer = Buffer.allocUnsafe(WRITE_BYTES);
  #spare = Buffer.allocUnsafe(WRITE_BYTES);
  /** The write that is under way, from the other buffer. */
  #writing: Promise<void> = Promise.resolve();
  #buffered = 0;
  #unsynced = 0;
  /** The syncs beside the writing. Rejected for good when one failed: the kernel tells of a lost write only once. */
  #synced: Promise<void> = Promise.resolve();
  #syncing = 0;
  #open: { handle: FileHandle; hash: Hash; written: number } | undefined;
  #total = 0;

  constructor(names: readonly string[], sizes: readonly number[], onBytes: (done: number) => void) {
    this.#names = names;
    this.#sizes = sizes;
    this.#onBytes = onBytes;
  }

  /** Headers and fillings are small: they are gathered so that the disk sees large writes only. */
  async write(piece: Uint8Array): Promise<void> {
    let at = 0;
    while (at < piece.length) {
      const size = this.#sizes[this.#done.length] ?? 0;
      const room = Math.min(size - (this.#open?.written ?? 0) - this.#buffered, WRITE_BYTES - this.#buffered);
      const part = piece.subarray(at, at + room);
      this.#buffer.set(part, this.#buffered);
      this.#buffered += part.length;
      at += part.length;
      if (this.#buffered === WRITE_BYTES || (this.#open?.written ?? 0) + this.#buffered === size)
        await this.#flush();
    }
  }

  async finish(): Promise<readonly WrittenPart[]> {
    await this.#flush();
    return this.#done;
  }

  async abandon(): Promise<void> {
    await this.#writing.catch(() => {});
    await this.#synced.catch(() => {});
    await this.#open?.handle.close();
    for (const name of this.#names) await rm(`${name}.partial`, { force: true });
  }

  async #flush(): Promise<void> {
    if (this.#buffered === 0) return;
    const name = this.#names[this.#done.length];
    const size = this.#sizes[this.#done.length];
    if (name === undefined || size === undefined) throw new RangeError("more bytes than planned");
    this.#open ??= {
      handle: await open(`${name}.partial`, "w", 0o644),
      hash: createHash("sha256"),
      written: 0,
    };
    const bytes = this.#buffer.subarray(0, this.#buffered);
    await this.#writing;
    this.#writing = writeAll(this.#open.handle, bytes, this.#open.written);
    // Seen where it is awaited; until then a failure must not count as unhandled.
    this.#writing.catch(() => {});
    this.#open.hash.update(bytes);
    [this.#buffer, this.#spare] = [this.#spare, this.#buffer];
    this.#open.written += bytes.length;
    this.#total += bytes.length;
    this.#buffered = 0;
    this.#onBytes(this.#total);
    this.#unsynced += bytes.length;
    if (this.#open.written < size) {
      if (this.#unsynced >= SYNC_EVERY_BYTES) this.#syncBeside(this.#open.handle);
      return;
    }
    await this.#writing;
    await this.#synced;
    await this.#open.handle.sync();
    await this.#open.handle.close();
    this.#done.push({ path: name, size, sha256: this.#open.hash.digest("hex") });
    this.#open = undefined;
  }

  /** Syncs what is written so far without waiting for it, one sync at a time. */
  #syncBeside(handle: FileHandle): void {
    if (this.#syncing > 0) return;
    this.#unsynced = 0;
    this.#syncing += 1;
    const sync = async (): Promise<void> => {
      await handle.datasync();
      this.#syncing -= 1;
    };
    this.#synced = this.#synced.then(sync);
    // Seen before the file gets its name; until then a failure must not count as unhandled.
    this.#synced.catch(() => {});
  }
}

const partSizes = ({ totalBytes, partBytes }: OutputOptions): readonly number[] => {
  if (partBytes === undefined || partBytes >= totalBytes) return [totalBytes];
  if (partBytes < MIN_PART_BYTES) {
    throw SlipwayError.of("BUNDLE_PART_SIZE", { bytes: partBytes, least: MIN_PART_BYTES });
  }
  const parts = Math.ceil(totalBytes / partBytes);
  return Array.from({ length: parts }, (_, at) => Math.min(partBytes, totalBytes - at * partBytes));
};

const refuseExisting = async (path: string): Promise<void> => {
  const exists = await access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
  if (exists) throw SlipwayError.of("BUNDLE_TARGET_EXISTS", { file: path });
};
