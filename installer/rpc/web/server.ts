import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { RPCHandler } from "@orpc/server/node";
import { CONTRACT_HEADER } from "../../contract/api/version.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { StaticFiles } from "../../core/ports/web.ts";
import type { Client } from "../client-of.ts";
import { requireContract, requireJson } from "../handling.ts";
import { createRouter } from "../router.ts";
import { API_PREFIX, handlerSettings, refuse, RPC_PREFIX } from "../server.ts";
import type { CallContext, WebServices } from "../services.ts";
import { setSecurityHeaders } from "./headers.ts";
import { cookieJar, originOf, personOf, proofOf } from "./identity.ts";
import { servePage } from "./pages.ts";
import { requireHost, requireOrigin, type Places } from "./place.ts";
import { Rates } from "./rate.ts";
import { SOCKET_PATH, socketCalls } from "./socket.ts";
import { isTerminalPath, terminalSockets } from "../terminal-sockets.ts";

/** What a console is served with. */
export interface WebParts {
  readonly certificate: string;
  readonly key: string;
  /** Asked for every request: names may come and go. */
  readonly places: () => Places;
  readonly files: StaticFiles;
}

/** The console's server; the caller decides where it listens. */
export interface WebServer {
  readonly server: Server;
  /** Closes WebSockets and stops accepting; answers under way may end. */
  close(): void;
}

/** From one address. A page loads some tens of files at once. */
const REQUESTS = { perSecond: 50, burst: 400 };
const CONNECTIONS = { all: 2_000, each: 200 };

type Handler = Pick<RPCHandler<CallContext>, "handle">;

/**
 * The console over TLS: pages, the contract for pages below /rpc and on a WebSocket, and for programs with tokens below
 * /api. Every request is weighed before it is read: rate, host, origin, who; then permission, at the gate.
 */
export const createWebServer = (services: WebServices, parts: WebParts): WebServer => {
  const router = createRouter(services);
  const settings = handlerSettings(services);
  const rpc: Handler = new RPCHandler<CallContext>(router, settings);
  let api: Promise<Handler> | undefined;
  const sockets = socketCalls(services, router);
  const terminals = terminalSockets(services);
  const stopListening = services.accounts.onSessionsEnded((ids) => terminals.endSessions(ids));
  const rates = new Rates(REQUESTS);

  const admit = (request: IncomingMessage): void => {
    const seconds = rates.take(originOf(request).address, performance.now());
    if (seconds > 0) throw SlipwayError.of("RATE_LIMITED", { seconds });
    requireHost(request, parts.places());
  };

  const call = async (
    request: IncomingMessage,
    response: ServerResponse,
    kind: "rpc" | "api",
  ): Promise<void> => {
    requireJson(request.headers, pathOf(request));
    if (kind === "rpc") requireContract(request.headers);
    else if (request.headers[CONTRACT_HEADER] !== undefined) requireContract(request.headers);
    const proof = proofOf(request);
    // A browser adds cookies by itself, whoever's page it is; nobody adds a token by accident.
    requireOrigin(request, kind === "rpc" && proof.kind !== "token" ? "always" : "if-told");
    const origin = originOf(request);
    const usable = kind === "api" && proof.kind === "cookie" ? ({ kind: "none" } as const) : proof;
    const person = await personOf(services.accounts, usable, origin);
    const client: Client = { ...origin, person, ...(kind === "rpc" ? { cookies: cookieJar(response) } : {}) };
    if (kind === "api")
      api ??= import("../open-api.ts").then((module) => module.createApiHandler(router, settings));
    const handler = kind === "rpc" || api === undefined ? rpc : await api;
    const { matched } = await handler.handle(request, response, {
      prefix: kind === "rpc" ? RPC_PREFIX : API_PREFIX,
      context: { by: person?.user ?? "", client },
    });
    if (!matched) throw SlipwayError.of("CALL_UNKNOWN", { call: pathOf(request) });
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = pathOf(request);
    setSecurityHeaders(response);
    try {
      admit(request);
      if (path.startsWith(`${RPC_PREFIX}/`)) await call(request, response, "rpc");
      else if (path === API_PREFIX || path.startsWith(`${API_PREFIX}/`)) await call(request, response, "api");
      else {
        requireOrigin(request, "if-told");
        await servePage(parts.files, request, response);
      }
    } catch (error) {
      refuse({ response, path, services }, error);
    }
  };

  const upgrade = async (request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> => {
    const isTerminal = isTerminalPath(pathOf(request));
    try {
      admit(request);
      if (pathOf(request) !== SOCKET_PATH && !isTerminal)
        throw SlipwayError.of("CALL_UNKNOWN", { call: pathOf(request) });
      requireOrigin(request, proofOf(request).kind === "token" ? "if-told" : "always");
    } catch {
      hangUp(stream, "403 Forbidden");
      return;
    }
    if (isTerminal) {
      const proof = proofOf(request);
      const origin = originOf(request);
      const visitor = async (): Promise<Client> => ({
        ...origin,
        person: await personOf(services.accounts, proof, origin),
      });
      if ((await visitor().catch(() => undefined))?.person === undefined) hangUp(stream, "401 Unauthorized");
      else terminals.accept(request, stream, { head, visitor });
      return;
    }
    const taken = await sockets.accept(request, stream, head);
    if (taken !== "taken")
      hangUp(stream, taken === "signed-out" ? "401 Unauthorized" : "429 Too Many Requests");
  };

  const server = createServer(
    {
      cert: parts.certificate,
      key: parts.key,
      minVersion: "TLSv1.2",
      honorCipherOrder: true,
      handshakeTimeout: 10_000,
      // Slow senders: headers within 10 s, the whole request within 30 s, looked at every 2 s.
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 2_000,
      keepAliveTimeout: 30_000,
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => void answer(request, response),
  );
  // Slow readers; feeds send something every 5 s, and what is taken over for a WebSocket has its own beat.
  server.setTimeout(120_000);
  server.maxConnections = CONNECTIONS.all;
  server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", () => stream.destroy());
    if ("setTimeout" in stream && typeof stream.setTimeout === "function") stream.setTimeout(0);
    void upgrade(request, stream, head).catch(() => stream.destroy());
  });
  limitConnections(server, CONNECTIONS.each);
  return {
    server,
    close() {
      stopListening();
      sockets.close();
      terminals.close();
      server.close();
      server.closeIdleConnections();
    },
  };
};

/** Drops connections beyond so many from one address before anything is read from them. */
const limitConnections = (server: Server, each: number): void => {
  const open = new Map<string, number>();
  server.prependListener("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "?";
    const count = (open.get(address) ?? 0) + 1;
    if (count > each) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
};

const hangUp = (stream: Duplex, status: string): void => {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
};

const pathOf = ({ url }: IncomingMessage): string => (url ?? "/").split("?", 1)[0] ?? "/";
