import type { RPCHandlerOptions } from "@orpc/server/node";
import type { CallMeta } from "../contract/api/base.ts";
import { CONTRACT_HEADER, CONTRACT_VERSION } from "../contract/api/version.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import type { Redactor } from "../core/ports/index.ts";
import { toCallError } from "./errors.ts";
import type { CallContext } from "./services.ts";

type CallInterceptor = NonNullable<RPCHandlerOptions<CallContext>["clientInterceptors"]>[number];

/**
 * Enforces the call's deadline: its signal aborts when time is up or the client has gone, and the answer does not wait
 * for a handler that ignores it. Errors of feeds are translated when they happen, long after the call was answered.
 */
export const withinDeadline =
  (redactor: Redactor): CallInterceptor =>
  async ({ next, ...options }) => {
    const { deadlineMs } = options.procedure["~orpc"].meta as CallMeta;
    const call = options.path.join(".");
    if (deadlineMs === "none") return translated(await next(options), { call, redactor });
    const deadline = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const error = SlipwayError.of("CALL_TIMEOUT", { call, seconds: deadlineMs / 1000 });
      deadline.abort(error);
      late.reject(error);
    }, deadlineMs);
    try {
      const signal = AbortSignal.any([...(options.signal ? [options.signal] : []), deadline.signal]);
      return await Promise.race([next({ ...options, signal }), late.promise]);
    } catch (error) {
      throw toCallError(error, { call, redactor });
    } finally {
      clearTimeout(timer);
    }
  };

/** Rejects with CONTRACT_MISMATCH unless the client speaks our version. */
export const requireContract = (headers: Readonly<Record<string, string | string[] | undefined>>): void => {
  const client = headers[CONTRACT_HEADER];
  if (client !== String(CONTRACT_VERSION)) {
    throw SlipwayError.of("CONTRACT_MISMATCH", {
      client: String(client ?? "?"),
      engine: CONTRACT_VERSION,
    });
  }
};

/** Rejects with REQUEST_INVALID what is not JSON: nothing in the contract takes forms, files or streams. */
export const requireJson = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  call: string,
): void => {
  const type = headers["content-type"];
  const isJson = type === undefined || /^application\/json\s*(;|$)/i.test(String(type));
  if (isJson && headers["content-disposition"] === undefined) return;
  throw SlipwayError.of("REQUEST_INVALID", { call, problem: "the body must be application/json" });
};

const translated = (output: unknown, site: { call: string; redactor: Redactor }): unknown =>
  isFeed(output) ? translatedFeed(output, site) : output;

async function* translatedFeed(
  feed: AsyncIterable<unknown>,
  site: { call: string; redactor: Redactor },
): AsyncGenerator<unknown, void, void> {
  try {
    yield* feed;
  } catch (error) {
    throw toCallError(error, site);
  }
}

const isFeed = (output: unknown): output is AsyncIterable<unknown> =>
  typeof output === "object" && output !== null && Symbol.asyncIterator in output;
