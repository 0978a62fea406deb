import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { RPCHandler } from "@orpc/server/websocket";
import { WebSocketServer, type WebSocket } from "ws";
import { CONTRACT_VERSION } from "../../contract/api/version.ts";
import { isCode } from "../../contract/errors/index.ts";
import type { Client } from "../client-of.ts";
import { MAX_BODY_BYTES } from "../errors.ts";
import type { createRouter } from "../router.ts";
import { handlerSettings } from "../server.ts";
import type { CallContext, WebServices } from "../services.ts";
import { originOf, personOf, proofOf, type Proof } from "./identity.ts";
import { Bucket } from "./rate.ts";

/** Where the WebSocket is. */
export const SOCKET_PATH = "/ws";

/** A client names the contract it was built for as its subprotocol. */
export const SUBPROTOCOL = `slipway.${CONTRACT_VERSION}`;

/** Why a connection was closed, for the page: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.2 leaves 4000-4999 to us. */
export const CLOSED = {
  /** The session has ended: sign in again. */
  signedOut: 4401,
  /** The page is of another version than the engine: load it again. */
  contract: 4409,
  /** Too many messages, or too many calls at once. */
  flooded: 4429,
  /** What came is not of the protocol. */
  garbled: 4400,
  /** The engine is stopping; it will be back. */
  goingAway: 1001,
} as const;

/** Messages of one connection. A page that types into terminals sends some tens a second. */
const MESSAGES = { perSecond: 300, burst: 2_000 };
const CALLS_AT_ONCE = 512;
const CONNECTIONS_EACH = 20;
/** Far ends that vanished are noticed after two of these. Connections that are merely idle stay. */
const PING_MS = 15_000;

interface Connection {
  readonly socket: WebSocket;
  readonly proof: Proof;
  readonly bucket: Bucket;
  session: string | undefined;
  calls: number;
  alive: boolean;
  /** Who sent a message is looked up in the order of the messages. */
  turn: Promise<unknown>;
}

/** WebSocket connections of pages: all calls and feeds of one page go through one. */
export interface SocketCalls {
  /** Takes a connection over whose host and origin were checked; resolves false when nobody is signed in. */
  accept(
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
  ): Promise<"taken" | "signed-out" | "too-many">;
  close(): void;
}

/** Serves the contract over WebSockets. Whoever's session ends loses the connection at that moment. */
export const socketCalls = (services: WebServices, router: ReturnType<typeof createRouter>): SocketCalls => {
  const { plugins: _, ...settings } = handlerSettings(services);
  const handler = new RPCHandler<CallContext>(router, settings);
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_BODY_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : ([...offered][0] ?? false)),
  });
  const open = new Set<Connection>();
  const stopListening = services.accounts.onSessionsEnded((ids) => {
    for (const { socket, session } of open) {
      if (session !== undefined && ids.includes(session)) socket.close(CLOSED.signedOut, "signed out");
    }
  });
  const beat = setInterval(() => {
    for (const connection of open) {
      if (!connection.alive) connection.socket.terminate();
      connection.alive = false;
      connection.socket.ping();
    }
  }, PING_MS);
  beat.unref();

  const serve = (connection: Connection, request: IncomingMessage): void => {
    const { socket, proof } = connection;
    const origin = originOf(request);
    // Resolves when the system has taken the data, so that a slow reader holds its feeds back instead of filling memory.
    const peer = {
      addEventListener: () => {},
      send: (data: Parameters<WebSocket["send"]>[0]) =>
        new Promise<void>((resolve, reject) => {
          socket.send(data, (error) => (error ? reject(error) : resolve()));
        }),
    } as unknown as Parameters<typeof handler.message>[0];

    socket.on("pong", () => (connection.alive = true));
    socket.on("error", () => socket.terminate());
    socket.once("close", () => {
      open.delete(connection);
      handler.close(peer);
    });
    socket.on("message", (received, isBinary) => {
      // One piece: `binaryType` is left as it is.
      const data = received as Buffer;
      connection.alive = true;
      if (connection.bucket.take(performance.now()) > 0 || connection.calls >= CALLS_AT_ONCE) {
        socket.close(CLOSED.flooded, "too many messages");
        return;
      }
      const message = isBinary ? new Uint8Array(data).buffer : data.toString("utf8");
      connection.turn = connection.turn
        .then(async () => {
          const person = await personOf(services.accounts, proof, origin).catch((error: unknown) => {
            if (isCode(error, "TOKEN_REFUSED")) return undefined;
            throw error;
          });
          if (person === undefined) {
            socket.close(CLOSED.signedOut, "signed out");
            return;
          }
          const client: Client = { ...origin, person };
          connection.calls += 1;
          void handler
            .message(peer, message, { context: { by: person.user, client } })
            .catch(() => {
              if (socket.readyState === socket.OPEN) socket.close(CLOSED.garbled, "not understood");
            })
            .finally(() => (connection.calls -= 1));
        })
        .catch((error: unknown) => {
          services.log.error({ error }, "a WebSocket message could not be handled");
          socket.close(1011, "internal");
        });
    });
  };

  return {
    async accept(request, stream, head) {
      const proof = proofOf(request);
      const person = await personOf(services.accounts, proof, originOf(request)).catch(() => undefined);
      if (person === undefined) return "signed-out";
      const same = [...open].filter(({ session, proof: other }) =>
        session === undefined
          ? "value" in other && "value" in proof && other.value === proof.value
          : session === person.session,
      );
      if (same.length >= CONNECTIONS_EACH) return "too-many";
      server.handleUpgrade(request, stream, head, (socket) => {
        if (socket.protocol !== SUBPROTOCOL) {
          socket.close(CLOSED.contract, SUBPROTOCOL);
          return;
        }
        const connection: Connection = {
          socket,
          proof,
          bucket: new Bucket(MESSAGES, performance.now()),
          session: person.session,
          calls: 0,
          alive: true,
          turn: Promise.resolve(),
        };
        open.add(connection);
        serve(connection, request);
      });
      return "taken";
    },
    close() {
      clearInterval(beat);
      stopListening();
      for (const { socket } of open) socket.close(CLOSED.goingAway, "the engine is stopping");
      server.close();
    },
  };
};
