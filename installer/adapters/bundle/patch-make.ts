import { type FileHandle, mkdir, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Digest } from "../../contract/bundle/manifest.ts";
import {
  type BasePacking,
  type ControlStep,
  PATCH_MAGIC,
  PATCH_PROLOGUE_BYTES,
  type PatchHeader,
  writeControl,
} from "../../core/bundle/patch-format.ts";
import type { BlobInfo } from "../../core/ports/bundle.ts";
import { bsdiff, cutOut } from "./bsdiff.ts";
import { settle } from "./blob-file.ts";
import { readPieces, writeAll } from "./files.ts";
import { HashingStream } from "./hasher.ts";
import { rebuild, unpack } from "./patch-apply.ts";
import { listTar, type TarMember } from "./tar-list.ts";
import { compress } from "./zstd.ts";

/** A blob, where it is, and how its content is packed. */
export interface PackedBlob extends BlobInfo {
  readonly path: string;
  readonly packing: BasePacking;
  /** Name of the pinned compressor, for a target that is to be packed again. */
  readonly compressor: string | null;
  readonly isTar: boolean;
}

/** One blob to describe as its difference from another. */
export interface PatchRequest {
  readonly base: PackedBlob;
  readonly target: PackedBlob;
  readonly component: string;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** bsdiff needs some ten times the size of the old file; larger files travel whole. */
const MAX_FILE_BYTES = 400 * 2 ** 20;

/** Differences of small files cost more than they save. */
const MIN_FILE_BYTES = 4096;

/** A patch must save at least a tenth, or the blob travels whole. */
const WORTH = 0.9;

/** Nothing sensible unpacks to more; guards the builder's disk. */
const MAX_CONTENT_BYTES = 2 ** 36;

/**
 * Makes a patch and proves it by applying it: what it gives must be the very blob. Undefined when no patch is worth it.
 * The result lies in `folder` under its digest's hex digits.
 */
export const makePatch = async (
  request: PatchRequest,
): Promise<(BlobInfo & { readonly path: string }) | undefined> => {
  const work = join(request.folder, `work-${request.target.digest.slice(7, 23)}`);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    const made = await assemble(request, work);
    if (made === undefined || made.size > request.target.size * WORTH) return undefined;
    if (!(await proves(request, made, work))) return undefined;
    const path = join(request.folder, made.digest.slice("sha256:".length));
    await settle(made.path, path);
    return { ...made, path };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

const assemble = async (
  request: PatchRequest,
  work: string,
): Promise<(BlobInfo & { readonly path: string }) | undefined> => {
  const base = await unpackTo(request.base, join(work, "base"));
  const target = await unpackTo(request.target, join(work, "target"));
  const streams = await Streams.open(work);
  for (const part of await pair(request, { base: base.path, target: target.path })) {
    if ("literal" in part) await streams.literal(target.path, part.literal);
    else if (
      !(await difference({ ...part, base: base.path, target: target.path, work }, streams, request.signal))
    ) {
      return undefined;
    }
  }
  const packed = await streams.pack();
  const header: PatchHeader = {
    schema: 1,
    base: { digest: request.base.digest, packing: request.base.packing, contentSize: base.size },
    target: {
      digest: request.target.digest,
      contentDigest: target.digest,
      contentSize: target.size,
      compressor: request.target.compressor,
    },
    ...packed.lengths,
  };
  return join3(join(work, "patch"), header, packed.paths);
};

type Part =
  | { readonly literal: { start: number; end: number } }
  | { readonly old: { start: number; end: number }; readonly fresh: { start: number; end: number } };

/** Cuts the target into stretches that resemble one of the base, file by file, and stretches that are new. */
const pair = async (
  request: PatchRequest,
  content: { base: string; target: string },
): Promise<readonly Part[]> => {
  const targetSize = (await stat(content.target)).size;
  const baseSize = (await stat(content.base)).size;
  const whole: Part[] = [{ old: { start: 0, end: baseSize }, fresh: { start: 0, end: targetSize } }];
  const tooLarge: Part[] = [{ literal: { start: 0, end: targetSize } }];
  const members = request.target.isTar && request.base.isTar ? await listTar(content.target) : undefined;
  const oldMembers = members === undefined ? undefined : await listTar(content.base);
  if (members === undefined || oldMembers === undefined) {
    return Math.max(targetSize, baseSize) > MAX_FILE_BYTES ? tooLarge : whole;
  }
  const byName = new Map(oldMembers.map((member) => [member.name, member]));
  const parts: Part[] = [];
  let at = 0;
  for (const fresh of members) {
    const old = byName.get(fresh.name);
    if (old === undefined || !worthComparing(old) || !worthComparing(fresh)) continue;
    if (fresh.start > at) parts.push({ literal: { start: at, end: fresh.start } });
    parts.push({ old, fresh });
    at = fresh.end;
  }
  if (at < targetSize) parts.push({ literal: { start: at, end: targetSize } });
  return parts;
};

const worthComparing = ({ start, end }: TarMember): boolean =>
  end - start >= MIN_FILE_BYTES && end - start <= MAX_FILE_BYTES;

const difference = async (
  part: {
    old: { start: number; end: number };
    fresh: { start: number; end: number };
    base: string;
    target: string;
    work: string;
  },
  streams: Streams,
  signal: AbortSignal,
): Promise<boolean> => {
  if (await sameContent(part)) {
    await streams.copy(part.old);
    return true;
  }
  const [old, fresh, patch] = ["old", "fresh", "bsdiff"].map((name) => join(part.work, name)) as [
    string,
    string,
    string,
  ];
  await cutOut(part.base, part.old, old);
  await cutOut(part.target, part.fresh, fresh);
  const found = await bsdiff({ old, oldSize: part.old.end - part.old.start, fresh, patch }, signal);
  if (found === undefined) return false;
  for (const step of found.steps) await streams.step({ ...step, position: step.position + part.old.start });
  await streams.differences(found.difference());
  await streams.extras(found.extra());
  for (const path of [old, fresh, patch]) await rm(path, { force: true });
  return true;
};

const sameContent = async (part: {
  old: { start: number; end: number };
  fresh: { start: number; end: number };
  base: string;
  target: string;
}): Promise<boolean> => {
  if (part.old.end - part.old.start !== part.fresh.end - part.fresh.start) return false;
  return (await digestOfRange(part.base, part.old)) === (await digestOfRange(part.target, part.fresh));
};

const digestOfRange = async (path: string, range: { start: number; end: number }): Promise<Digest> => {
  const hashing = new HashingStream();
  for await (const _ of hashing.through(readPieces(path, range)));
  return hashing.digest();
};

/** The three streams while they grow, each in a file. */
class Streams {
  readonly #work: string;
  readonly #files: readonly [FileHandle, FileHandle, FileHandle];

  private constructor(work: string, files: readonly [FileHandle, FileHandle, FileHandle]) {
    this.#work = work;
    this.#files = files;
  }

  static async open(work: string): Promise<Streams> {
    const create = async (name: string): Promise<FileHandle> => open(join(work, name), "wx");
    return new Streams(work, [await create("control"), await create("difference"), await create("extra")]);
  }

  async step(step: ControlStep): Promise<void> {
    await this.#files[0].appendFile(writeControl(step));
  }

  async differences(stream: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of stream) await this.#files[1].appendFile(piece);
  }

  async extras(stream: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of stream) await this.#files[2].appendFile(piece);
  }

  async literal(path: string, range: { start: number; end: number }): Promise<void> {
    await this.step({ position: 0, difference: 0, extra: range.end - range.start });
    await this.extras(readPieces(path, range));
  }

  /** A copy is a difference of zeros, of which zstd makes next to nothing. */
  async copy(range: { start: number; end: number }): Promise<void> {
    await this.step({ position: range.start, difference: range.end - range.start, extra: 0 });
    const zeros = new Uint8Array(2 ** 20);
    for (let left = range.end - range.start; left > 0; left -= zeros.length) {
      await this.#files[1].appendFile(zeros.subarray(0, left));
    }
  }

  async pack(): Promise<{
    lengths: Pick<PatchHeader, "control" | "difference" | "extra">;
    paths: readonly string[];
  }> {
    const pack = async (name: string, file: FileHandle): Promise<{ packed: number; plain: number }> => {
      const plain = (await file.stat()).size;
      await file.close();
      const path = join(this.#work, name);
      return { plain, packed: await writeStream(compress(readPieces(path)), `${path}.zst`) };
    };
    const [control, difference, extra] = this.#files;
    const lengths = {
      control: await pack("control", control),
      difference: await pack("difference", difference),
      extra: await pack("extra", extra),
    };
    const paths = ["control", "difference", "extra"].map((name) => join(this.#work, `${name}.zst`));
    return { lengths, paths };
  }
}

const join3 = async (
  path: string,
  header: PatchHeader,
  streams: readonly string[],
): Promise<BlobInfo & { readonly path: string }> => {
  const json = Buffer.from(JSON.stringify(header));
  const prologue = Buffer.alloc(PATCH_PROLOGUE_BYTES);
  prologue.set(PATCH_MAGIC);
  prologue.writeUInt32LE(json.length, PATCH_MAGIC.length);
  const hashing = new HashingStream();
  const all = async function* (): AsyncGenerator<Uint8Array, void> {
    yield prologue;
    yield json;
    for (const stream of streams) yield* readPieces(stream);
  };
  await writeStream(hashing.through(all()), path);
  return { path, size: hashing.size, digest: hashing.digest() };
};

const unpackTo = async (blob: PackedBlob, path: string): Promise<BlobInfo & { readonly path: string }> => {
  const hashing = new HashingStream();
  const limit = { bytes: MAX_CONTENT_BYTES, item: blob.digest };
  await writeStream(hashing.through(unpack(blob.path, blob.packing, limit)), path);
  return { path, size: hashing.size, digest: hashing.digest() };
};

const writeStream = async (stream: AsyncIterable<Uint8Array>, path: string): Promise<number> => {
  const handle = await open(path, "w");
  let at = 0;
  try {
    for await (const piece of stream) {
      await writeAll(handle, piece, at);
      at += piece.length;
    }
  } finally {
    await handle.close();
  }
  return at;
};

const proves = async (
  request: PatchRequest,
  made: BlobInfo & { readonly path: string },
  work: string,
): Promise<boolean> => {
  const hashing = new HashingStream();
  const job = {
    patchPath: made.path,
    patchSize: made.size,
    basePath: request.base.path,
    baseSize: request.base.size,
    target: request.target,
    component: request.component,
    scratch: work,
  };
  for await (const _ of hashing.through(rebuild(job)));
  return hashing.digest() === request.target.digest;
};
