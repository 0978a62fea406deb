import { createORPCClient, type ClientContext, type ClientLink } from "@orpc/client";
import { RPCLink } from "@orpc/client/fetch";
import type { ContractRouterClient } from "@orpc/contract";
import { createTanstackQueryUtils } from "@orpc/tanstack-query";
import { focusManager, QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { Contract } from "../../installer/contract/api/index.ts";
import { CONTRACT_HEADER, CONTRACT_VERSION } from "../../installer/contract/api/version.ts";
import { isCode } from "../../installer/contract/errors/index.ts";
import { Connection, type ConnectionState } from "./connection.ts";
import { desktop, dialPipe } from "./desktop.ts";
import { fromCallError } from "./errors.ts";

/** The engine with the types of the contract. Every failure is a SlipwayError. */
export type EngineClient = ContractRouterClient<Contract>;

const overHttp = (): ClientLink<ClientContext> => {
  const link = new RPCLink({
    url: `${location.origin}/rpc`,
    headers: { [CONTRACT_HEADER]: String(CONTRACT_VERSION) },
  });
  return {
    call: (path, input, options) =>
      link.call(path, input, options).catch((error: unknown) => {
        throw fromCallError(error);
      }),
  };
};

const bridge = desktop;
const socketUrl = `${location.origin.replace(/^http/, "ws")}/ws`;

/** The page's one connection. */
export const connection: Connection = new Connection({
  dial:
    bridge === undefined
      ? () => new WebSocket(socketUrl, `slipway.${CONTRACT_VERSION}`)
      : () => dialPipe(bridge),
  isSignedIn: async () => desktop !== undefined || (await door.auth.welcome()).caller !== undefined,
});

/**
 * Calls that set or clear the session's cookie, and those made before there is one. The desktop app has no cookie: whoever
 * may use the engine's socket is signed in.
 */
export const door: EngineClient = createORPCClient<EngineClient>(
  desktop === undefined ? overHttp() : connection,
);

/** All other calls. */
export const client: EngineClient = createORPCClient<EngineClient>(connection);

/** What the page knows of the engine. A refused call is told at once; one whose connection broke is made once more. */
export const queries: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (failures, error) => failures < 2 && isCode(error, "ENGINE_LOST"),
      networkMode: "always",
    },
    mutations: { retry: false, networkMode: "always" },
  },
});

/** The contract as queries and mutations. */
export const query = createTanstackQueryUtils(client);

/** Lists are asked for again this often while somebody looks at them. */
export const REFRESH_MS = 5_000;

/** After this long without a key or a movement nobody looks: asking goes on would keep the session from ever ending. */
const AWAY_MS = 10 * 60_000;

/** Joins connection and queries: what was shown is asked for again after a new connection, and nothing while nobody looks. */
export const watchPage = (): void => {
  if (desktop !== undefined) connection.open();
  let before: ConnectionState = connection.state();
  connection.subscribe(() => {
    const now = connection.state();
    if (now === "open" && before === "lost") void queries.invalidateQueries();
    before = now;
  });
  window.addEventListener("online", () => connection.state() === "lost" && connection.open());
  let away: ReturnType<typeof setTimeout> | undefined;
  const present = (): void => {
    clearTimeout(away);
    if (away !== undefined) focusManager.setFocused(undefined);
    away = setTimeout(() => focusManager.setFocused(false), AWAY_MS);
  };
  for (const event of ["pointermove", "keydown", "wheel"])
    window.addEventListener(event, present, { passive: true });
  present();
};

/** How the connection stands, for components. */
export const useConnection = (): ConnectionState =>
  useSyncExternalStore(connection.subscribe, connection.state);
