import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import type { Digest } from "../../contract/bundle/manifest.ts";
import { findManifest, type ContentStore } from "./images.ts";
import type { TransferQueue } from "./queue.ts";
import { sendFile } from "./send-file.ts";

/** Who asks: known by the token, or (for images, which every machine may have) by its address. */
export interface Caller {
  readonly machine: string;
  readonly rank: number;
}

/** What the server works with. */
export interface ServerParts {
  readonly store: ContentStore;
  readonly queue: TransferQueue;
  /** The caller behind a token that may fetch the blob, or undefined. */
  readonly allowed: (token: string, digest: Digest) => Caller | undefined;
  readonly callerAt: (address: string) => Caller;
}

/** A peer that takes no byte for this long has gone. */
const STALLED_MS = 30_000;

const READ_BYTES = 2 ** 20;

/** Answers one request. Never rejects: what goes wrong ends the answer. */
export const answerRequest = async (
  parts: ServerParts,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> => {
  response.setTimeout(STALLED_MS, () => response.destroy());
  try {
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405);
    const url = new URL(request.url ?? "/", "https://appliance");
    const blob = /^\/content\/([0-9a-f]{64})$/.exec(url.pathname)?.[1];
    if (blob !== undefined) {
      await answerContent(parts, { request, response, blob, plain: url.searchParams.has("plain") });
    } else if (url.pathname.startsWith("/v2/")) {
      await answerRegistry(parts, { request, response, path: url.pathname.slice("/v2/".length) });
    } else refuse(response, 404);
  } catch {
    // The peer has gone, or the blob cannot be read: a broken answer makes the peer ask again, a wrong one would not.
    response.destroy();
  }
};

const refuse = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { "content-length": 0 }).end();
};

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const answerContent = async (
  parts: ServerParts,
  { request, response, blob, plain }: Exchange & { readonly blob: string; readonly plain: boolean },
): Promise<void> => {
  const token = /^Bearer ([A-Za-z0-9_-]+)$/.exec(request.headers.authorization ?? "")?.[1];
  const digest: Digest = `sha256:${blob}`;
  const caller = token === undefined ? undefined : parts.allowed(token, digest);
  if (caller === undefined) return refuse(response, token === undefined ? 401 : 403);
  await sendBlob(parts, { request, response, digest, plain, caller });
};

const sendBlob = async (
  { store, queue }: ServerParts,
  {
    request,
    response,
    digest,
    plain,
    caller,
  }: Exchange & { readonly digest: Digest; readonly plain: boolean; readonly caller: Caller },
): Promise<void> => {
  const size = await store.sizeOf(digest);
  if (size === undefined) return refuse(response, 404);
  const range = plain ? undefined : rangeOf(request.headers.range, size);
  if (range === "unsatisfiable") {
    response.writeHead(416, { "content-range": `bytes */${size}`, "content-length": 0 }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.setHeader("content-type", "application/octet-stream");
  if (!plain) {
    response.setHeader("content-length", end - start + 1);
    response.setHeader("accept-ranges", "bytes");
    response.setHeader("docker-content-digest", digest);
    if (range !== undefined) response.setHeader("content-range", `bytes ${start}-${end}/${size}`);
  }
  response.statusCode = range === undefined ? 200 : 206;
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  using _turn = await queue.enter({ ...caller, signal: gone.signal });
  const path = store.blobPath(digest);
  if (!plain) {
    await sendFile(path, response, { start, end });
    return;
  }
  const source = createReadStream(path, { highWaterMark: READ_BYTES });
  await pipeline(source, createZstdDecompress({ chunkSize: READ_BYTES }), response);
};

/** One range of bytes (RFC 9110, section 14); a form that is not understood is ignored, as the RFC allows. */
const rangeOf = (
  header: string | undefined,
  size: number,
): { start: number; end: number } | "unsatisfiable" | undefined => {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? "");
  if (match === null) return undefined;
  const start = Number(match[1]);
  const end = Math.min(match[2] === "" ? size - 1 : Number(match[2]), size - 1);
  return start >= size || end < start ? "unsatisfiable" : { start, end };
};

/** The part of the OCI distribution specification that pulling takes, read only. */
const answerRegistry = async (
  parts: ServerParts,
  { request, response, path }: Exchange & { readonly path: string },
): Promise<void> => {
  response.setHeader("docker-distribution-api-version", "registry/2.0");
  if (path === "") {
    response.writeHead(200, { "content-length": 0 }).end();
    return;
  }
  const match = /^(.+)\/(manifests|blobs)\/([A-Za-z0-9_.:-]+)$/.exec(path);
  const [, repository = "", kind, reference = ""] = match ?? [];
  if (kind === "blobs" && /^sha256:[0-9a-f]{64}$/.test(reference)) {
    const caller = parts.callerAt(request.socket.remoteAddress ?? "");
    await sendBlob(parts, { request, response, digest: reference, plain: false, caller });
    return;
  }
  const manifest =
    kind === "manifests" ? await findManifest(parts.store, { repository, reference }) : undefined;
  if (manifest === undefined) return refuse(response, 404);
  response.writeHead(200, {
    "content-type": manifest.mediaType,
    "content-length": manifest.bytes.length,
    "docker-content-digest": manifest.digest,
  });
  response.end(request.method === "HEAD" ? undefined : manifest.bytes);
};
