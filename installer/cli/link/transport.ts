import { request as httpRequest, Agent, type IncomingMessage } from "node:http";
import type { StandardLinkClient } from "@orpc/client/standard";
import { toStandardBody } from "@orpc/standard-server-node";
import { SlipwayError } from "../../contract/errors/index.ts";

/** What a call may ask of the transport. */
export interface CallContext {
  /** Give up after this long without an answer. Default 35 s, a little more than the engine's own deadline. */
  readonly deadlineMs?: number;
}

/** A feed says at least a comment every 5 s: silence of this length means that the engine is gone or stuck. */
const FEED_SILENCE_MS = 20_000;
const DEFAULT_DEADLINE_MS = 35_000;

type Sender = StandardLinkClient<CallContext>;

/**
 * Sends calls over HTTP on a Unix socket. Aborting a call's signal closes its connection, which aborts it on the far
 * side; a connection that breaks rejects with ENGINE_LOST, one that cannot be made with ENGINE_UNREACHABLE.
 */
export class SocketTransport implements Sender {
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  call: Sender["call"] = async (request, options, path) => {
    const response = await this.#send(request, options, path);
    response.on("error", () => {});
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: () => toStandardBody(response, options.signal === undefined ? {} : { signal: options.signal }),
    };
  };

  /** Closes idle connections, so that the process can end. */
  close(): void {
    this.#agent.destroy();
  }

  #send(
    { url, method, headers, body }: Parameters<Sender["call"]>[0],
    { signal, context }: Parameters<Sender["call"]>[1],
    path: readonly string[],
  ): Promise<IncomingMessage> {
    const answered = Promise.withResolvers<IncomingMessage>();
    const deadlineMs = context.deadlineMs ?? DEFAULT_DEADLINE_MS;
    const request = httpRequest({
      socketPath: this.#socketPath,
      agent: this.#agent,
      method,
      path: url.pathname + url.search,
      headers: { ...headers, host: "engine", "content-type": "application/json" },
      timeout: deadlineMs,
      ...(signal === undefined ? {} : { signal }),
    });
    request.once("response", (response) => {
      const feed = response.headers["content-type"]?.startsWith("text/event-stream") === true;
      if (feed) request.setTimeout(FEED_SILENCE_MS, () => response.destroy(lost("silence")));
      answered.resolve(response);
    });
    request.once("timeout", () => {
      request.destroy(SlipwayError.of("CALL_TIMEOUT", { call: path.join("."), seconds: deadlineMs / 1000 }));
    });
    request.once("error", (error) =>
      answered.reject(signal?.aborted === true ? error : this.#translated(error)),
    );
    request.end(body === undefined ? undefined : JSON.stringify(body));
    return answered.promise;
  }

  #translated(error: Error & { code?: string }): Error {
    if (error instanceof SlipwayError) return error;
    const never = error.code === "ECONNREFUSED" || error.code === "ENOENT" || error.code === "EACCES";
    if (!never) return lost(error.message);
    return SlipwayError.of("ENGINE_UNREACHABLE", { socket: this.#socketPath, problem: error.code ?? "" });
  }
}

const lost = (problem: string): SlipwayError => SlipwayError.of("ENGINE_LOST", { problem });
