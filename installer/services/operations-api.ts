import type { OperationParameters } from "../contract/parameters.ts";
import type { ClusterSpec } from "../contract/spec/cluster.ts";
import type {
  Decision,
  LiveEvent,
  OperationEvent,
  OperationId,
  OperationStatus,
  Plan,
} from "../contract/operation.ts";
import type { OperationRecord, StepRecord } from "../core/ports/journal.ts";

/** What starts an operation. */
export interface StartRequest {
  readonly workflow: string;
  readonly cluster: ClusterSpec;
  readonly parameters?: OperationParameters;
  readonly by: string;
  /** What the operator typed for destructive steps; compared with the plan's `confirmation`. */
  readonly confirmation?: string;
}

/** One item of an operation's feed: a journalled event, or something live that has no sequence number. */
export type FeedItem =
  | { readonly kind: "event"; readonly event: OperationEvent }
  | { readonly kind: "live"; readonly live: LiveEvent };

/** Everything that can be done with operations. Unknown ids reject with OPERATION_NOT_FOUND. */
export interface OperationsService {
  /** Probes and nothing else; changes nothing and journals nothing. */
  plan(
    request: Pick<StartRequest, "workflow" | "cluster" | "parameters">,
    signal: AbortSignal,
  ): Promise<Plan>;
  /** Rejects with OPERATION_CONFLICT when the takeover table forbids it. Resolves once the operation is journalled. */
  start(request: StartRequest): Promise<OperationRecord>;
  /** Operations that a crash interrupted; `resume` carries them on at once, `wait` leaves them paused for the operator. */
  recover(mode: "resume" | "wait"): Promise<readonly OperationRecord[]>;
  get(id: OperationId): Promise<OperationRecord>;
  list(filter?: {
    status?: readonly OperationStatus[];
    cluster?: string;
    limit?: number;
  }): Promise<readonly OperationRecord[]>;
  steps(id: OperationId): Promise<readonly StepRecord[]>;
  /** Starts no further step; those inside finish. */
  pause(id: OperationId, decision: Decision): Promise<void>;
  /** Goes on after a pause, a failure or a cancel. With `machine`: retries that machine's failed steps only. */
  resume(id: OperationId, decision: Decision, machine?: string): Promise<void>;
  /** Stops running steps (remote commands are killed) and ends the operation; nothing is undone. */
  cancel(id: OperationId, decision: Decision): Promise<void>;
  /** Leaves a machine, or one step of it, out of the operation; steps that need its result are left out with it. */
  skip(id: OperationId, target: { machine: string; phase?: string }, decision: Decision): Promise<void>;
  /** History after `after`, then live until the operation has ended (the last item is its end) or `signal` aborts. */
  feed(query: { operation: OperationId; after?: number }, signal: AbortSignal): AsyncIterable<FeedItem>;
  /** True while no operation is running, so that a private engine may leave. */
  idle(): boolean;
  /** Stops all runners without ending their operations: the next engine resumes them. */
  shutdown(): Promise<void>;
}
