import { errorEntry, type WireError } from "../contract.ts";

/** How long the runner goes on trying by itself when the catalogue says that a cause is likely to pass. */
export interface RetryPolicy {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Counted from the first failure of a step; afterwards the operator decides. */
  readonly giveUpAfterMs: number;
}

/** A machine that is gone is reported for good within half a minute: a few tries, then the operator is asked. */
export const defaultRetryPolicy: RetryPolicy = { firstDelayMs: 500, maxDelayMs: 4000, giveUpAfterMs: 12_000 };

/**
 * Delay before the next try of a step that failed, or undefined when it must not be tried again without an operator.
 * @param failures how many tries have failed so far, at least 1
 * @param sinceFirstMs time since the first of them
 */
export const nextDelayMs = (
  error: WireError,
  { failures, sinceFirstMs }: { failures: number; sinceFirstMs: number },
  policy: RetryPolicy,
): number | undefined => {
  if (errorEntry(error.code).retry !== "backoff") return undefined;
  const delay = Math.min(policy.firstDelayMs * 2 ** (failures - 1), policy.maxDelayMs);
  return sinceFirstMs + delay > policy.giveUpAfterMs ? undefined : delay;
};
