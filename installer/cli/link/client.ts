import { createORPCClient } from "@orpc/client";
import { StandardRPCLink } from "@orpc/client/standard";
import type { ContractRouterClient } from "@orpc/contract";
import type { Contract } from "../../contract/api/index.ts";
import { CONTRACT_HEADER, CONTRACT_VERSION, USER_HEADER } from "../../contract/api/version.ts";
import { fromCallError } from "./errors.ts";
import { SocketTransport, type CallContext } from "./transport.ts";

/** The engine, with the types of the contract. Every failure is a SlipwayError. */
export type EngineClient = ContractRouterClient<Contract, CallContext>;

/** Which engine a client speaks to, and for whom. */
export interface ClientOptions {
  readonly socketPath: string;
  /** OS user on whose behalf calls are made, for the journal. */
  readonly user: string;
  /** Only tests speak another version. */
  readonly contractVersion?: number;
}

/** A client and its connections. */
export interface Connection {
  readonly client: EngineClient;
  close(): void;
}

/** Makes a client; nothing is connected before the first call. */
export const connect = ({ socketPath, user, contractVersion }: ClientOptions): Connection => {
  const transport = new SocketTransport(socketPath);
  const link = new StandardRPCLink<CallContext>(transport, {
    url: "http://engine/rpc",
    headers: {
      [CONTRACT_HEADER]: String(contractVersion ?? CONTRACT_VERSION),
      [USER_HEADER]: user,
    },
    interceptors: [
      async ({ next }) => {
        try {
          const output = await next();
          return isFeed(output) ? translatedFeed(output) : output;
        } catch (error) {
          throw fromCallError(error);
        }
      },
    ],
  });
  return { client: createORPCClient<EngineClient>(link), close: () => transport.close() };
};

async function* translatedFeed(feed: AsyncIterable<unknown>): AsyncGenerator<unknown, void, void> {
  try {
    yield* feed;
  } catch (error) {
    throw fromCallError(error);
  }
}

const isFeed = (output: unknown): output is AsyncIterable<unknown> =>
  typeof output === "object" && output !== null && Symbol.asyncIterator in output;
