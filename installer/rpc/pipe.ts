import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { RPCHandler } from "@orpc/server/websocket";
import { encodeFrame, FrameReader, PIPE_PATH, PIPE_PROTOCOL } from "../contract/frames.ts";
import { socketClient } from "./client-of.ts";
import { MAX_BODY_BYTES } from "./errors.ts";
import type { createRouter } from "./router.ts";
import { handlerSettings } from "./server.ts";
import type { CallContext, EngineServices } from "./services.ts";

/** What comes with a connection that asks to become a pipe. */
interface Arrived {
  /** Bytes that came right behind the request. */
  readonly head: Buffer;
  readonly user: string;
}

/** A pipe carries all calls and feeds of one window of the desktop app. */
export interface PipeCalls {
  /** Takes a connection over, or answers why not: it must ask for PIPE_PROTOCOL on PIPE_PATH. */
  accept(request: IncomingMessage, stream: Duplex, arrived: Arrived): void;
  close(): void;
}

/**
 * Serves the contract over upgraded connections to the Unix socket, to its owner. What the far end does not read is held
 * back: a feed waits until the system has taken what it said.
 */
export const pipeCalls = (services: EngineServices, router: ReturnType<typeof createRouter>): PipeCalls => {
  const { plugins: _, ...settings } = handlerSettings(services);
  const handler = new RPCHandler<CallContext>(router, settings);
  const open = new Set<Duplex>();

  const serve = (stream: Duplex, user: string): ((piece: Uint8Array) => void) => {
    const reader = new FrameReader(MAX_BODY_BYTES);
    const peer = {
      addEventListener: () => {},
      send: (data: string | ArrayBuffer | Uint8Array) =>
        new Promise<void>((resolve, reject) => {
          const frame = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
          stream.write(encodeFrame(frame), (error) => (error ? reject(error) : resolve()));
        }),
    } as unknown as Parameters<typeof handler.message>[0];
    const context: CallContext = { by: user, client: socketClient(user) };
    stream.once("close", () => {
      open.delete(stream);
      handler.close(peer);
    });
    return (piece) => {
      try {
        for (const frame of reader.push(piece)) {
          const message = typeof frame === "string" ? frame : frame.buffer;
          handler.message(peer, message, { context }).catch(() => stream.destroy());
        }
      } catch {
        stream.destroy();
      }
    };
  };

  return {
    accept(request, stream, { head, user }) {
      stream.on("error", () => stream.destroy());
      if (request.url !== PIPE_PATH || request.headers.upgrade !== PIPE_PROTOCOL) {
        const status = request.url === PIPE_PATH ? "409 Conflict" : "404 Not Found";
        stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      stream.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${PIPE_PROTOCOL}\r\n\r\n`,
      );
      open.add(stream);
      const take = serve(stream, user);
      if (head.byteLength > 0) take(head);
      stream.on("data", take);
    },
    close() {
      for (const stream of open) stream.end();
      setTimeout(() => {
        for (const stream of open) stream.destroy();
      }, 500).unref();
    },
  };
};
