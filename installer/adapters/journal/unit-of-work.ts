import type Database from "better-sqlite3";
import type { Kysely, Selectable } from "kysely";
import {
  SlipwayError,
  stepKey,
  type EventBody,
  type OperationEvent,
  type OperationId,
} from "../../core/contract.ts";
import type { NewOperation, OperationRecord, StepRecord } from "../../core/ports/journal.ts";
import { prepare } from "./prepared.ts";
import { createdRecord, endsWell, projectOperation, projectStep, stepOf } from "./projection.ts";
import { toJson, toOperation, toStep } from "./rows.ts";
import type { JournalTables, OperationsTable, OutputsTable, StepsTable } from "./schema.ts";

type Queries = ReturnType<typeof prepareQueries>;

interface StepKey {
  readonly operation: string;
  readonly phase: string;
  readonly machine: string;
}

/** Every statement of the write path, compiled once per database. */
export const prepareQueries = (database: Database.Database, kysely: Kysely<JournalTables>) => ({
  insertEvent: prepare<{ seq: number; operation: string; at: number; body: string }>(database, (p) =>
    kysely.insertInto("events").values({ seq: p.seq, operation: p.operation, at: p.at, body: p.body }),
  ),
  insertOperation: prepare<Selectable<OperationsTable>>(database, (p) =>
    kysely.insertInto("operations").values({
      id: p.id,
      workflow: p.workflow,
      cluster: p.cluster,
      spec: p.spec,
      parameters: p.parameters,
      requested_by: p.requested_by,
      confirmed: p.confirmed,
      planned_steps: p.planned_steps,
      created_at: p.created_at,
      first_seq: p.first_seq,
      status: p.status,
      ended_at: p.ended_at,
      last_seq: p.last_seq,
    }),
  ),
  updateOperation: prepare<Pick<Selectable<OperationsTable>, "id" | "status" | "ended_at" | "last_seq">>(
    database,
    (p) =>
      kysely
        .updateTable("operations")
        .set({ status: p.status, ended_at: p.ended_at, last_seq: p.last_seq })
        .where("id", "=", p.id),
  ),
  operation: prepare<{ id: string }, Selectable<OperationsTable>>(database, (p) =>
    kysely.selectFrom("operations").selectAll().where("id", "=", p.id),
  ),
  saveStep: prepare<Selectable<StepsTable>>(database, (p) =>
    kysely.replaceInto("steps").values({
      operation: p.operation,
      phase: p.phase,
      machine: p.machine,
      state: p.state,
      attempt: p.attempt,
      output: p.output,
      error: p.error,
      last_seq: p.last_seq,
    }),
  ),
  step: prepare<StepKey, Selectable<StepsTable>>(database, (p) =>
    kysely
      .selectFrom("steps")
      .selectAll()
      .where("operation", "=", p.operation)
      .where("phase", "=", p.phase)
      .where("machine", "=", p.machine),
  ),
  saveOutput: prepare<Selectable<OutputsTable>>(database, (p) =>
    kysely.replaceInto("outputs").values({
      cluster: p.cluster,
      phase: p.phase,
      machine: p.machine,
      output: p.output,
      at: p.at,
      seq: p.seq,
    }),
  ),
  lastSeq: prepare<object, { seq: number | null }>(database, () =>
    kysely.selectFrom("events").select((eb) => eb.fn.max("seq").as("seq")),
  ),
});

/**
 * What one transaction does: writes events as they come and, at its end, each record that they changed once.
 * Lives inside a single transaction and is thrown away with it, so a rollback leaves nothing to undo in memory.
 */
export class UnitOfWork {
  readonly #queries: Queries;
  readonly #operations = new Map<OperationId, OperationRecord>();
  readonly #steps = new Map<string, { operation: OperationId; record: StepRecord }>();
  #lastSeq: number;

  constructor(queries: Queries, lastSeq: number) {
    this.#queries = queries;
    this.#lastSeq = lastSeq;
  }

  /** The newest sequence number, those of this transaction included. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Operations that got events. */
  get touched(): ReadonlySet<OperationId> {
    return new Set(this.#operations.keys());
  }

  /** Records a new operation and its created event; throws a plain error when the id is taken. */
  create(operation: NewOperation, at: number): OperationRecord {
    if (this.#operation(operation.id) !== undefined)
      throw new Error(`operation ${operation.id} exists already`);
    const { id, workflow, by, steps } = operation;
    const event = this.#write(id, at, { type: "operation.created", workflow, by, steps });
    const record = createdRecord(operation, event);
    this.#queries.insertOperation.run({
      id,
      workflow,
      cluster: operation.cluster.name,
      spec: JSON.stringify(operation.cluster),
      parameters: JSON.stringify(operation.parameters),
      requested_by: by,
      confirmed: JSON.stringify(operation.confirmed),
      planned_steps: steps,
      created_at: record.createdAt,
      first_seq: event.seq,
      status: record.status,
      ended_at: null,
      last_seq: event.seq,
    });
    this.#operations.set(id, record);
    return record;
  }

  /** Writes one event; throws OPERATION_NOT_FOUND. */
  append(id: OperationId, at: number, body: EventBody): OperationEvent {
    const record = this.#operation(id);
    if (record === undefined) throw SlipwayError.of("OPERATION_NOT_FOUND", { operation: id });
    const event = this.#write(id, at, body);
    this.#operations.set(id, projectOperation(record, event));
    const ref = stepOf(body);
    if (ref === undefined) return event;
    const key = `${id} ${stepKey(ref)}`;
    const step = projectStep(this.#step({ operation: id, ...ref }, key), event);
    if (step !== undefined) this.#steps.set(key, { operation: id, record: step });
    if (endsWell(body)) {
      this.#queries.saveOutput.run({
        cluster: record.cluster.name,
        ...ref,
        output: toJson(body.output),
        at,
        seq: event.seq,
      });
    }
    return event;
  }

  /** Writes the records that the events changed. Must be the last call. */
  save(): void {
    for (const { id, status, endedAt, lastSeq } of this.#operations.values()) {
      this.#queries.updateOperation.run({ id, status, ended_at: endedAt ?? null, last_seq: lastSeq });
    }
    for (const { operation, record } of this.#steps.values()) {
      this.#queries.saveStep.run({
        operation,
        phase: record.step.phase,
        machine: record.step.machine,
        state: record.state,
        attempt: record.attempt,
        output: toJson(record.output),
        error: toJson(record.error),
        last_seq: record.lastSeq,
      });
    }
  }

  #write(operation: OperationId, at: number, body: EventBody): OperationEvent {
    const seq = this.#lastSeq + 1;
    this.#queries.insertEvent.run({ seq, operation, at, body: JSON.stringify(body) });
    this.#lastSeq = seq;
    return { seq, operation, at, body };
  }

  #operation(id: OperationId): OperationRecord | undefined {
    const known = this.#operations.get(id);
    if (known !== undefined) return known;
    const row = this.#queries.operation.get({ id });
    return row && toOperation(row);
  }

  #step(key: StepKey, mapKey: string): StepRecord | undefined {
    const known = this.#steps.get(mapKey);
    if (known !== undefined) return known.record;
    const row = this.#queries.step.get(key);
    return row && toStep(row);
  }
}
