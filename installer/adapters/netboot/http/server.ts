import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { latin1Bytes } from "../../../core/netboot/bytes.ts";
import type { Mac } from "../../../core/netboot/mac.ts";
import type { FileRole, TransferOutcome } from "../../../core/netboot/timeline/events.ts";
import { byteRange } from "../../../core/netboot/urls.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { BootFile, BootFiles, BootListener } from "../../../core/ports/netboot.ts";
import { bytesReader, type FileBlocks } from "../file-blocks.ts";
import { nodeCode, socketFailure } from "../sockets/failure.ts";
import type { LocalInterface } from "../sockets/packet-socket.ts";
import { sendBytes } from "./send.ts";
import { Turns } from "./turns.ts";

/** What the HTTP server works with. */
export interface HttpServerParts {
  readonly device: Pick<LocalInterface, "name" | "address">;
  readonly files: BootFiles;
  readonly blocks: FileBlocks;
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly macAt: (address: string) => Mac | undefined;
  readonly onEvent: BootListener;
  /** Default 80. */
  readonly port?: number;
}

/** An HTTP server that answers. */
export interface HttpServer {
  readonly port: number;
  /** `http://address:port`, the port left out when it is 80. */
  readonly base: string;
  close(): Promise<void>;
}

/** Pieces in flight over all clients: with pieces of 128 KiB this is 8 MiB, whatever the number of clients. */
const WIDTH = 64;

/** A client that takes no byte for this long has gone. */
const STALLED_MS = 30_000;

/** Starts serving boot files and images. Rejects with NETBOOT_PORT_TAKEN, NETBOOT_NOT_PERMITTED or NETBOOT_INTERFACE_UNKNOWN. */
export const startHttpServer = async (parts: HttpServerParts): Promise<HttpServer> => {
  const { device, port: asked = 80 } = parts;
  const turns = new Turns(WIDTH);
  const server = createServer(
    {
      keepAliveTimeout: 15_000,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      maxHeaderSize: 8192,
      noDelay: true,
    },
    (request, response) => void answer({ ...parts, turns }, request, response),
  );
  server.maxConnections = 8192;
  // Answered like anything else that is no request of a boot program; the connection is closed with it.
  server.on("clientError", (_error, socket) => {
    if (socket.writable)
      socket.end(`HTTP/1.1 400 Bad Request\r\n${PLAIN_HEADERS}${BAD_REQUEST.length}\r\n\r\n${BAD_REQUEST}`);
    else socket.destroy();
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", (error) => {
    reject(socketFailure({ interface: device.name, address: device.address, port: asked }, nodeCode(error)));
  });
  server.listen(asked, device.address, 1024, resolve);
  await promise;
  server.on("error", () => undefined);
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : asked;
  return {
    port,
    base: port === 80 ? `http://${device.address}` : `http://${device.address}:${port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};

const PLAIN_HEADERS = "content-type: text/plain\r\nconnection: close\r\ncontent-length: ";
const BAD_REQUEST = "bad request\n";

type Parts = HttpServerParts & { readonly turns: Turns };

const answer = async (parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const started = parts.clock.monotonic();
  const path = request.url ?? "/";
  response.setTimeout(STALLED_MS, () => response.destroy());
  response.on("error", () => undefined);
  try {
    if (request.method !== "GET" && request.method !== "HEAD")
      return refuse(response, 405, "method not allowed");
    const found = await parts.files.find({ protocol: "http", path });
    const remote = request.socket.remoteAddress ?? "";
    const mac = (found.kind === "found" ? found.mac : undefined) ?? parts.macAt(remote);
    const tell = (file: { role: FileRole; size: number }, outcome: TransferOutcome, sent: number): void => {
      if (mac === undefined || request.method === "HEAD") return;
      const ms = Math.round(parts.clock.monotonic() - started);
      const at = parts.clock.now();
      const { role, size } = file;
      parts.onEvent({ kind: "file", protocol: "http", mac, at, path, role, size, ms, outcome, sent });
    };
    if (found.kind !== "found") {
      refuse(
        response,
        found.kind === "missing" ? 404 : 403,
        found.kind === "missing" ? "not found" : "forbidden",
      );
      tell({ role: "other", size: 0 }, found.kind, 0);
      return;
    }
    const { file } = found;
    const range = byteRange(request.headers.range, file.size);
    if (range === "unsatisfiable") {
      response.setHeader("content-range", `bytes */${file.size}`);
      return refuse(response, 416, "no such range");
    }
    if (mac !== undefined && request.method === "GET") {
      const at = parts.clock.now();
      parts.onEvent({
        kind: "file-started",
        protocol: "http",
        mac,
        at,
        path,
        role: file.role,
        size: file.size,
      });
    }
    const { start, end } = range ?? { start: 0, end: file.size - 1 };
    response.setHeader("content-type", contentType(path, file.role));
    response.setHeader("content-length", end - start + 1);
    response.setHeader("accept-ranges", "bytes");
    if (range !== undefined) response.setHeader("content-range", `bytes ${start}-${end}/${file.size}`);
    response.statusCode = range === undefined ? 200 : 206;
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    const sent = await body(parts, { file, response, start, end });
    const whole = sent === end - start + 1;
    tell(file, whole ? "done" : "broken", sent);
  } catch {
    // The file cannot be read: a broken answer makes the client ask again, a wrong one would not.
    response.destroy();
  }
};

interface Body {
  readonly file: BootFile;
  readonly response: ServerResponse;
  readonly start: number;
  readonly end: number;
}

const body = async ({ blocks, turns }: Parts, { file, response, start, end }: Body): Promise<number> => {
  const reader = file.kind === "bytes" ? bytesReader(file.bytes) : await blocks.open(file.path);
  try {
    if (reader.size !== file.size) throw new Error("the file changed");
    const sent = await sendBytes({ response, reader, start, end, turns });
    if (sent === end - start + 1) response.end();
    else response.destroy();
    return sent;
  } finally {
    await reader.close();
  }
};

/** UEFI decides by this whether it got a program (UEFI 2.10, section 24.7.3.2); other clients do not look. */
const contentType = (path: string, role: FileRole): string => {
  if (path.endsWith(".efi")) return "application/efi";
  return role === "script" ? "text/plain" : "application/octet-stream";
};

/** Never empty: shim hangs on an empty 404 while it looks for optional files. */
const refuse = (response: ServerResponse, status: number, why: string): void => {
  const text = latin1Bytes(`${why}\n`);
  response.writeHead(status, { "content-type": "text/plain", "content-length": text.length });
  response.end(text);
};
