import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { SlipwayError } from "../../core/contract.ts";
import type { UploadOptions } from "../../core/ports/remote.ts";
import type { Conversation, Talk } from "./session.ts";

/** Read in pieces of this size; larger ones only add memory, smaller ones cost turns of the event loop. */
const PIECE = 1024 * 1024;

/** A file of the appliance that is about to be sent. */
export interface Source {
  readonly path: string;
  readonly file: FileHandle;
  readonly size: number;
}

/** Opens the file to send. Rejects with UPLOAD_SOURCE_WRONG. */
export const openSource = async (path: string): Promise<Source> => {
  try {
    const file = await open(path, "r");
    const stat = await file.stat();
    if (stat.isFile()) return { path, file, size: stat.size };
    await file.close();
  } catch (error) {
    throw sourceWrong(path, error instanceof Error ? error.message : String(error));
  }
  throw sourceWrong(path, "it is not a regular file");
};

/** The sender's side of the conversation with the receiving script. */
export const sendFile = (source: Source, options: UploadOptions): Talk => {
  return async ({ channel, listen, over }) => {
    const greeting = await Promise.race([firstLine(listen), over]);
    if (greeting === "over") return;
    if (greeting === "same") {
      options.onProgress?.(source.size, source.size);
      channel.end();
      return;
    }
    const [, position = "0", digest = ""] = greeting.split(" ");
    const there = Number(position);
    const keep =
      there > 0 && there <= source.size && (await digestOf(source, there, options.signal)) === digest;
    channel.write(keep ? "keep\n" : "drop\n");
    await stream(source, keep ? there : 0, { channel, options, over });
    channel.end();
  };
};

/** Digest of a file's first `bytes` bytes, in hex; of fewer once `signal` aborts. */
export const digestOf = async (source: Source, bytes: number, signal: AbortSignal): Promise<string> => {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(PIECE);
  for (let at = 0; at < bytes && !signal.aborted;) {
    const { bytesRead } = await source.file.read(buffer, 0, Math.min(PIECE, bytes - at), at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest("hex");
};

/** Why a file cannot be sent, as an error. */
export const sourceWrong = (file: string, problem: string): SlipwayError =>
  SlipwayError.of("UPLOAD_SOURCE_WRONG", { file, problem });

const stream = async (
  source: Source,
  from: number,
  { channel, options, over }: Pick<Conversation, "channel" | "over"> & { options: UploadOptions },
): Promise<void> => {
  options.onProgress?.(from, source.size);
  // One piece is read while the one before it is on its way. Two buffers take turns: once a write has called back, ssh2
  // has copied the piece into packets, and fresh buffers for every piece cost more in garbage than in copying.
  let buffer = Buffer.allocUnsafe(PIECE);
  let spare = Buffer.allocUnsafe(PIECE);
  let next = read(source, from, buffer);
  for (let at = from; at < source.size;) {
    const piece = await next;
    if (piece.length === 0) throw sourceWrong(source.path, "it became shorter while it was sent");
    at += piece.length;
    [buffer, spare] = [spare, buffer];
    next = read(source, at, buffer);
    // A channel that closes never calls back for what it has not taken.
    const taken = new Promise<"taken">((resolve) => channel.write(piece, () => resolve("taken")));
    if ((await Promise.race([taken, over])) === "over" || options.signal.aborted) break;
    options.onProgress?.(at, source.size);
  }
  // The file is closed after this returns; a read still under way must have ended.
  await next;
};

const read = async (source: Source, at: number, buffer: Buffer): Promise<Buffer> => {
  const length = Math.min(buffer.length, source.size - at);
  if (length <= 0) return Buffer.alloc(0);
  const { bytesRead } = await source.file.read(buffer, 0, length, at);
  return buffer.subarray(0, bytesRead);
};

const firstLine = (listen: Conversation["listen"]): Promise<string> =>
  new Promise((resolve) => {
    let heard = "";
    listen((text) => {
      heard += text;
      const end = heard.indexOf("\n");
      if (end >= 0) resolve(heard.slice(0, end));
    });
  });
