import { isDeepStrictEqual } from "node:util";
import { SlipwayError, type OperationId } from "../core/contract.ts";
import type { Journal } from "../core/ports/index.ts";
import type { OperationRecord } from "../core/ports/journal.ts";
import { sharedGround, takeover } from "../core/takeover.ts";
import type { StartRequest } from "./operations-api.ts";

/** States of operations that hold their cluster and machines. A failed one lets go: it only takes them back on retry. */
export const openStates = ["running", "paused", "cancelling"] as const;

/**
 * The operations that a new one replaces, by the takeover table.
 * @throws OPERATION_CONFLICT when one that may not be replaced works on the same cluster or machine,
 * OPERATION_UNDER_WAY when that one does the very same.
 */
export const rivals = async (
  journal: Journal,
  request: Pick<StartRequest, "workflow" | "cluster" | "parameters">,
): Promise<readonly OperationId[]> => {
  const replaced: OperationId[] = [];
  for (const running of await journal.operations({ status: openStates })) {
    const what = sharedGround(running.cluster, request.cluster);
    if (what === undefined) continue;
    if (isSame(running, request)) {
      throw SlipwayError.of("OPERATION_UNDER_WAY", { running: running.id, workflow: running.workflow });
    }
    if (takeover(running.workflow, request.workflow) === "refuse") throw conflict(running, what);
    replaced.push(running.id);
  }
  return replaced;
};

/** Whether a request asks for what is running already. Specs are equal when every field is, defaults filled in. */
const isSame = (
  running: OperationRecord,
  { workflow, cluster, parameters = {} }: Pick<StartRequest, "workflow" | "cluster" | "parameters">,
): boolean =>
  running.workflow === workflow &&
  running.status === "running" &&
  isDeepStrictEqual(running.cluster, cluster) &&
  isDeepStrictEqual(running.parameters, parameters);

/** A resumed operation needs its ground as a new one does, but never replaces another. */
export const assertGroundFree = async (journal: Journal, operation: OperationRecord): Promise<void> => {
  for (const other of await journal.operations({ status: openStates })) {
    const what = other.id === operation.id ? undefined : sharedGround(other.cluster, operation.cluster);
    if (what !== undefined) throw conflict(other, what);
  }
};

const conflict = (running: OperationRecord, what: string): SlipwayError =>
  SlipwayError.of("OPERATION_CONFLICT", { running: running.id, workflow: running.workflow, what });
