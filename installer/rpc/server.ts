import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { BodyLimitPlugin, RPCHandler } from "@orpc/server/node";
import { CONTRACT_HEADER, USER_HEADER } from "../contract/api/version.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { socketClient, type Client } from "./client-of.ts";
import { MAX_BODY_BYTES, toCallError, withoutTrace } from "./errors.ts";
import { TERMINAL_PATH } from "../contract/terminal-frames.ts";
import { gate } from "./gate.ts";
import { requireContract, requireJson, withinDeadline } from "./handling.ts";
import type { PipeCalls } from "./pipe.ts";
import { createRouter } from "./router.ts";
import type { CallContext, EngineServices } from "./services.ts";
import type { TerminalSockets } from "./terminal-sockets.ts";

/** Where typed clients call. */
export const RPC_PREFIX = "/rpc";
/** Where everybody else calls, as docs/openapi.json describes it. */
export const API_PREFIX = "/api";

type Handler = Pick<RPCHandler<CallContext>, "handle">;

/**
 * An HTTP server that answers the contract; the caller decides what it listens on, and so who may reach it. `defaultUser`
 * is who asks when a client does not say.
 */
export const createContractServer = (services: EngineServices, defaultUser: string): Server => {
  const router = createRouter(services);
  const settings = handlerSettings(services);
  const rpc: Handler = new RPCHandler<CallContext>(router, settings);
  let api: Promise<Handler> | undefined;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? "/", "http://engine").pathname;
    const by = userOf(request, defaultUser);
    const context: CallContext = { by, client: socketClient(by) };
    try {
      const typed = path.startsWith(`${RPC_PREFIX}/`);
      requireJson(request.headers, path);
      if (typed || request.headers[CONTRACT_HEADER] !== undefined) requireContract(request.headers);
      // Loaded at the first call: it takes longer to load than the rest of the server.
      if (!typed) api ??= import("./open-api.ts").then((module) => module.createApiHandler(router, settings));
      const handler = typed || api === undefined ? rpc : await api;
      const { matched } = await handler.handle(request, response, {
        prefix: typed ? RPC_PREFIX : API_PREFIX,
        context,
      });
      if (!matched) throw SlipwayError.of("CALL_UNKNOWN", { call: path });
    } catch (error) {
      refuse({ response, path, services }, error);
    }
  };

  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    void answer(request, response);
  });
  server.keepAliveTimeout = 60_000;
  // Loaded when the first window of the desktop app connects, and when the first terminal is looked at.
  let pipes: Promise<PipeCalls> | undefined;
  let terminals: Promise<TerminalSockets> | undefined;
  server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", () => stream.destroy());
    if ("setTimeout" in stream && typeof stream.setTimeout === "function") stream.setTimeout(0);
    const user = userOf(request, defaultUser);
    if (request.url?.startsWith(TERMINAL_PATH) === true) {
      terminals ??= import("./terminal-sockets.ts").then((module) => module.terminalSockets(services));
      const visitor = async (): Promise<Client> => socketClient(user);
      terminals.then((open) => open.accept(request, stream, { head, visitor })).catch(() => stream.destroy());
      return;
    }
    pipes ??= import("./pipe.ts").then((module) => module.pipeCalls(services, router));
    pipes.then((calls) => calls.accept(request, stream, { head, user })).catch(() => stream.destroy());
  });
  const closeSockets = (): void => {
    void pipes?.then((calls) => calls.close());
    void terminals?.then((open) => open.close());
  };
  services.engine.closing.addEventListener("abort", closeSockets, { once: true });
  return server;
};

/** What every transport does with every call: limits, errors, deadlines, permissions, audit. */
export const handlerSettings = (services: EngineServices) => ({
  plugins: [new BodyLimitPlugin<CallContext>({ maxBodySize: MAX_BODY_BYTES })],
  eventIteratorKeepAliveInterval: 5_000,
  interceptors: [
    async <T>({
      next,
      request,
      context,
    }: {
      next: () => Promise<T>;
      request: { url: URL };
      context: CallContext;
    }): Promise<T> => {
      const call = callName(request.url.pathname);
      try {
        return await next();
      } catch (thrown) {
        const error = toCallError(thrown, { call, redactor: services.redactor });
        if (error.code === "INTERNAL")
          services.log.error({ call, error: error.data }, "a call failed unexpectedly");
        throw context.client.person?.via === "socket" ? error : withoutTrace(error);
      }
    },
  ],
  clientInterceptors: [withinDeadline(services.redactor), gate(services)],
});

/** What `createApiHandler` needs of them. */
export type HandlerSettings = ReturnType<typeof handlerSettings>;

const callName = (path: string): string =>
  path
    .replace(/^\/(rpc|api)\//, "")
    .split("/")
    .join(".");

/** Answers outside of oRPC, in the form in which its clients expect errors. */
export const refuse = (
  {
    response,
    path,
    services,
  }: {
    response: ServerResponse;
    path: string;
    services: Pick<EngineServices, "redactor" | "log">;
  },
  thrown: unknown,
): void => {
  const error = toCallError(thrown, { call: path, redactor: services.redactor });
  if (error.code === "INTERNAL")
    services.log.error({ path, error: error.data }, "a request failed unexpectedly");
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const json = error.toJSON();
  response.writeHead(error.status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(path.startsWith(`${RPC_PREFIX}/`) ? { json, meta: [] } : json));
};

const userOf = ({ headers }: IncomingMessage, otherwise: string): string => {
  const value = headers[USER_HEADER];
  return typeof value === "string" && /^[\w.@-]{1,64}$/.test(value) ? value : otherwise;
};
