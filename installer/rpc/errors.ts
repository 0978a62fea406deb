import { ORPCError, ValidationError } from "@orpc/server";
import { httpStatusOf } from "../contract/api/failure.ts";
import { renderError, SlipwayError, toWire, type WireError } from "../contract/errors/index.ts";
import type { Redactor } from "../core/ports/index.ts";

/** The longest request body that is read. Specs are at most 4 MiB. */
export const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** A failure that has been translated already. */
class CallError extends ORPCError<string, WireError> {}

/** Any failure of a call in the form it crosses the socket: the catalogue's code, and the WireError as data. */
export const toCallError = (
  thrown: unknown,
  { call, redactor }: { call: string; redactor: Redactor },
): ORPCError<string, WireError> => {
  if (thrown instanceof CallError) return thrown;
  const wire = redactor.redactDeep(toWire(translated(thrown, call)));
  return new CallError(wire.code, {
    status: httpStatusOf(wire.code),
    message: renderError(wire, "en").title,
    data: wire,
    cause: thrown,
  });
};

/**
 * A failure as those see it who call over the network: a fault of ours without its stack, which is in the engine's log and
 * nobody else's business.
 */
export const withoutTrace = (error: ORPCError<string, WireError>): ORPCError<string, WireError> => {
  if (error.code !== "INTERNAL") return error;
  const { detail: _, ...data } = error.data;
  const { status, message } = error;
  return new CallError(error.code, { status, message, data });
};

const translated = (thrown: unknown, call: string): unknown => {
  // Handlers' failures are translated before they get here, so this one comes from reading the body.
  if (thrown instanceof SyntaxError)
    return SlipwayError.of("REQUEST_INVALID", { call, problem: "not valid JSON" });
  if (!(thrown instanceof ORPCError)) return thrown;
  if (thrown.code === "PAYLOAD_TOO_LARGE") {
    return SlipwayError.of("REQUEST_TOO_LARGE", { limit: MAX_BODY_BYTES });
  }
  if (thrown.status >= 500) return thrown.cause ?? thrown;
  return SlipwayError.of("REQUEST_INVALID", { call, problem: problemOf(thrown) });
};

const problemOf = (error: ORPCError<string, unknown>): string => {
  if (!(error.cause instanceof ValidationError)) return error.message;
  return error.cause.issues
    .map((issue) => {
      const path = (issue.path ?? [])
        .map((part) => String(typeof part === "object" ? part.key : part))
        .join(".");
      return path === "" ? issue.message : `${path}: ${issue.message}`;
    })
    .join("; ");
};
