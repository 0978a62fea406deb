import type { Operation } from "../../installer/contract/api/operations.ts";
import type { OperationStatus } from "../../installer/contract/operation.ts";

const urgency: Readonly<Record<OperationStatus, number>> = {
  failed: 0,
  paused: 1,
  cancelling: 2,
  running: 3,
  cancelled: 9,
  succeeded: 9,
};

/**
 * Operations that somebody should look at, the most urgent first. Expects the newest of each workflow and cluster: a
 * failure that a later run has made good needs nobody any more.
 */
export const attentionOf = (operations: readonly Operation[]): readonly Operation[] =>
  operations
    .filter(({ status }) => urgency[status] < 9)
    .toSorted((a, b) => urgency[a.status] - urgency[b.status] || b.createdAt - a.createdAt);

/** The newest operation of each workflow on each cluster. */
export const newestBySpec = (operations: readonly Operation[]): readonly Operation[] => {
  const newest = new Map<string, Operation>();
  for (const operation of operations) {
    const key = `${operation.cluster}/${operation.workflow}`;
    const known = newest.get(key);
    if (known === undefined || known.createdAt < operation.createdAt) newest.set(key, operation);
  }
  return [...newest.values()];
};
