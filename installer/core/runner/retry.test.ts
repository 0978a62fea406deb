import { expect, test } from "vitest";
import type { WireError } from "../contract.ts";
import { defaultRetryPolicy, nextDelayMs } from "./retry.ts";

const error = (code: string): WireError => ({ code, params: {} });

test("a cause that is likely to pass is tried again with growing delays, then left to the operator", () => {
  const unreachable = error("HOST_UNREACHABLE");
  expect(nextDelayMs(unreachable, { failures: 1, sinceFirstMs: 0 }, defaultRetryPolicy)).toBe(500);
  expect(nextDelayMs(unreachable, { failures: 3, sinceFirstMs: 3000 }, defaultRetryPolicy)).toBe(2000);
  expect(nextDelayMs(unreachable, { failures: 9, sinceFirstMs: 5000 }, defaultRetryPolicy)).toBe(4000);
  expect(nextDelayMs(unreachable, { failures: 9, sinceFirstMs: 11_000 }, defaultRetryPolicy)).toBeUndefined();
});

test("a cause that only an operator can mend is never tried again by itself", () => {
  expect(
    nextDelayMs(error("SPEC_INVALID"), { failures: 1, sinceFirstMs: 0 }, defaultRetryPolicy),
  ).toBeUndefined();
  expect(
    nextDelayMs(error("STEP_TIMEOUT"), { failures: 1, sinceFirstMs: 0 }, defaultRetryPolicy),
  ).toBeUndefined();
});

test("a code that this engine does not know is not retried", () => {
  expect(
    nextDelayMs(error("FROM_THE_FUTURE"), { failures: 1, sinceFirstMs: 0 }, defaultRetryPolicy),
  ).toBeUndefined();
});
