import { createHash } from "node:crypto";
import { mkdir, open, readdir, rm, stat, statfs, truncate } from "node:fs/promises";
import { join } from "node:path";
import type { UploadState } from "../contract/api/uploads.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { tarHeader } from "../core/bundle/tar.ts";
import { LAYOUT_BYTES, TRANSPORT } from "../core/bundle/transport.ts";
import type { Clock } from "../core/ports/index.ts";

/** A file that somebody wants to bring. */
export interface UploadRequest {
  readonly name: string;
  readonly size: number;
  readonly modifiedAt: number;
}

/** Files that come in pieces. Each belongs to whoever began it. */
export interface UploadsService {
  begin(request: UploadRequest, by: string): Promise<UploadState>;
  /** Writes a piece if it is the next one; the answer says where to go on. Rejects with UPLOAD_NO_BUNDLE at the first one. */
  add(
    piece: { readonly id: string; readonly offset: number; readonly data: Uint8Array },
    by: string,
  ): Promise<UploadState>;
  /** Hands the whole file to `work` and removes it when that has ended well. Rejects with UPLOAD_UNKNOWN. */
  use<R>(id: string, by: string, work: (path: string) => Promise<R>): Promise<R>;
}

/** Where files are put, and what time it is. */
export interface UploadsParts {
  readonly folder: string;
  readonly clock: Pick<Clock, "now">;
}

/** Every bundle begins with the same entry, byte for byte. */
const HEAD = Buffer.concat([tarHeader(TRANSPORT.layout, LAYOUT_BYTES.byteLength), LAYOUT_BYTES]);
const MOST = 4;
const FORGOTTEN_MS = 24 * 3_600_000;
/** Left free on the disk, for the journal before all. */
const SPARE_BYTES = 2 ** 30;

interface Known extends UploadRequest {
  readonly by: string;
}

/** Keeps files in one folder. An engine that starts anew finds them again, by their names. */
export const createUploads = ({ folder, clock }: UploadsParts): UploadsService => {
  const known = new Map<string, Known>();
  /** Pieces of one file are written one after the other. */
  const turns = new Map<string, Promise<unknown>>();
  const pathOf = (id: string): string => join(folder, id);
  const sizeOf = async (id: string): Promise<number> =>
    (await stat(pathOf(id)).catch(() => undefined))?.size ?? 0;
  const mine = (id: string, by: string): Known => {
    const found = known.get(id);
    if (found === undefined || found.by !== by) throw SlipwayError.of("UPLOAD_UNKNOWN", {});
    return found;
  };
  const inTurn = async <R>(id: string, work: () => Promise<R>): Promise<R> => {
    const mineTurn = (turns.get(id) ?? Promise.resolve()).then(work, work);
    turns.set(id, mineTurn);
    return mineTurn;
  };
  const tidy = async (): Promise<readonly string[]> => {
    const kept: string[] = [];
    for (const name of await readdir(folder)) {
      const found = await stat(pathOf(name)).catch(() => undefined);
      if (found === undefined) continue;
      if (clock.now() - found.mtimeMs < FORGOTTEN_MS) kept.push(name);
      else await rm(pathOf(name), { force: true });
    }
    return kept;
  };
  return {
    async begin({ name, size, modifiedAt }, by) {
      const words = JSON.stringify([by, name, size, modifiedAt]);
      const id = createHash("sha256").update(words).digest("hex").slice(0, 32);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const others = (await tidy()).filter((other) => other !== id);
      if (others.length >= MOST) throw SlipwayError.of("UPLOAD_TOO_MANY", { count: others.length });
      const offset = await sizeOf(id);
      const { bavail, bsize } = await statfs(folder);
      const free = Math.max(0, bavail * bsize - SPARE_BYTES);
      if (size - offset > free) throw SlipwayError.of("UPLOAD_NO_SPACE", { file: name, size, free });
      known.set(id, { name, size, modifiedAt, by });
      return { id, offset };
    },
    add: ({ id, offset, data }, by) =>
      inTurn(id, async () => {
        const { name, size } = mine(id, by);
        const there = await sizeOf(id);
        // A piece that came twice, or out of its turn after a lost answer.
        if (offset !== there || data.byteLength === 0) return { id, offset: there };
        const isBundle = offset > 0 || HEAD.equals(data.subarray(0, HEAD.byteLength));
        if (!isBundle || offset + data.byteLength > size) {
          await rm(pathOf(id), { force: true });
          known.delete(id);
          throw SlipwayError.of("UPLOAD_NO_BUNDLE", { file: name });
        }
        const file = await open(pathOf(id), "a", 0o600);
        try {
          await file.writeFile(data);
        } catch (error) {
          await truncate(pathOf(id), there);
          throw error;
        } finally {
          await file.close();
        }
        return { id, offset: offset + data.byteLength };
      }),
    async use(id, by, work) {
      const { size } = mine(id, by);
      if ((await sizeOf(id)) !== size) throw SlipwayError.of("UPLOAD_UNKNOWN", {});
      const result = await work(pathOf(id));
      await rm(pathOf(id), { force: true });
      known.delete(id);
      turns.delete(id);
      return result;
    },
  };
};
