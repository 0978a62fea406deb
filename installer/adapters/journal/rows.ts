import type { Selectable } from "kysely";
import type { OperationParameters } from "../../contract/parameters.ts";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import type { EventBody, OperationEvent, OperationStatus } from "../../core/contract.ts";
import type { OperationRecord, StepRecord } from "../../core/ports/journal.ts";
import type { EventsTable, OperationsTable, StepsTable } from "./schema.ts";

/** JSON text, or null for "there is none": JSON itself has no undefined. */
export const toJson = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/** The converse of `toJson`. */
export const fromJson = (value: string | null): unknown => (value === null ? undefined : JSON.parse(value));

/** A row of `events` as an event. Rows are written by this adapter alone, so they are not parsed again by schema. */
export const toEvent = (row: Selectable<EventsTable>): OperationEvent => ({
  seq: row.seq,
  operation: row.operation,
  at: row.at,
  body: JSON.parse(row.body) as EventBody,
});

/** A row of `operations` as a record. The spec is parsed, so that fields added since get their defaults. */
export const toOperation = (row: Selectable<OperationsTable>): OperationRecord => {
  const stored = JSON.parse(row.spec) as ClusterSpec;
  return {
    id: row.id,
    workflow: row.workflow,
    // A spec that later rules refuse must not make the history unreadable.
    cluster: ClusterSpec.safeParse(stored).data ?? stored,
    parameters: JSON.parse(row.parameters) as OperationParameters,
    by: row.requested_by,
    confirmed: JSON.parse(row.confirmed) as string[],
    steps: row.planned_steps,
    status: row.status as OperationStatus,
    createdAt: row.created_at,
    endedAt: row.ended_at ?? undefined,
    lastSeq: row.last_seq,
  };
};

/** A row of `steps` as a record. */
export const toStep = (row: Selectable<StepsTable>): StepRecord => ({
  step: { phase: row.phase, machine: row.machine },
  state: row.state as StepRecord["state"],
  attempt: row.attempt,
  output: fromJson(row.output),
  error: fromJson(row.error) as StepRecord["error"],
  lastSeq: row.last_seq,
});
