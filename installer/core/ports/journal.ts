import type { OperationParameters } from "../../contract/parameters.ts";
import type { ClusterSpec } from "../../contract/spec/cluster.ts";
import type {
  EventBody,
  OperationEvent,
  OperationId,
  OperationStatus,
  StepOutcome,
  StepRef,
  WireError,
} from "../contract.ts";

/** What starts an operation, kept for as long as its history. */
export interface NewOperation {
  readonly id: OperationId;
  readonly workflow: string;
  readonly cluster: ClusterSpec;
  readonly parameters: OperationParameters;
  /** Who asked for it: the OS user, or later an account of the console. */
  readonly by: string;
  /** Destructive steps the operator has confirmed, by step key. */
  readonly confirmed: readonly string[];
  /** Number of steps planned, for the created event. */
  readonly steps: number;
}

/** An operation as the journal knows it now. Times are milliseconds since the epoch. */
export interface OperationRecord extends NewOperation {
  readonly status: OperationStatus;
  readonly createdAt: number;
  readonly endedAt: number | undefined;
  /** Sequence number of its latest event. */
  readonly lastSeq: number;
}

/** Where a step stands, by the journal. `running` after a crash means: it was inside when the engine died. */
export interface StepRecord {
  readonly step: StepRef;
  readonly state: "running" | "applying" | StepOutcome;
  readonly attempt: number;
  readonly output: unknown;
  readonly error: WireError | undefined;
  readonly lastSeq: number;
}

/** `commit`: survives the death of the process. `sync`: survives the loss of power too (fsync before it resolves). */
export type Durability = "commit" | "sync";

/** Which events are asked for; without an operation those of all. */
export interface EventQuery {
  readonly operation?: OperationId;
  /** Only events with a greater sequence number. Default 0. */
  readonly after?: number;
  readonly limit?: number;
}

/**
 * The truth about every operation. An event and the state it implies are written in one transaction, so a reader never
 * sees one without the other. Rejects with the journal area's errors (contract/errors/journal.ts); JOURNAL_FULL means
 * that nothing was written and the same call may be repeated once there is space.
 */
export interface Journal {
  /** Records a new operation and its created event. */
  create(operation: NewOperation): Promise<OperationRecord>;
  /** Appends one event; calls made in the same turn of the event loop share a transaction, in call order. */
  append(operation: OperationId, body: EventBody, durability?: Durability): Promise<OperationEvent>;
  operation(id: OperationId): Promise<OperationRecord | undefined>;
  /** Newest first. */
  operations(filter?: {
    status?: readonly OperationStatus[];
    cluster?: string;
    limit?: number;
  }): Promise<readonly OperationRecord[]>;
  steps(id: OperationId): Promise<readonly StepRecord[]>;
  /** Oldest first. */
  events(query: EventQuery): Promise<readonly OperationEvent[]>;
  /** All events after `after`, then new ones as they are committed, until `signal` aborts (then it just ends). */
  tail(query: EventQuery, signal: AbortSignal): AsyncIterable<OperationEvent>;
  /** Output of the newest well-ended step of `phase` per machine of a cluster, with the time it was seen. */
  latestOutputs(
    cluster: string,
    phase: string,
  ): Promise<ReadonlyMap<string, { output: unknown; at: number }>>;
  close(): Promise<void>;
}
