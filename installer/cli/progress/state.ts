import type { FeedItem } from "../../contract/api/operations.ts";
import type { OperationEvent, OperationOutcome, StepOutcome, StepRef } from "../../contract/operation.ts";
import { stepKey } from "../../contract/operation.ts";
import type { WireError } from "../../contract/errors/index.ts";
import type { Localized } from "../../contract/text.ts";

/** A step that is under way. */
export interface RunningStep {
  readonly step: StepRef;
  readonly since: number;
  readonly attempt: number;
  readonly applying: boolean;
  /** The latest thing it said. */
  readonly line?: Localized;
  readonly waiting?: Localized;
  readonly retry?: { readonly error: WireError; readonly delayMs: number };
  readonly progress?: { readonly done: number; readonly total?: number; readonly unit: "bytes" | "items" };
}

/** An operation as its feed has told it so far. A value: the same items always give the same state. */
export interface ProgressState {
  readonly running: ReadonlyMap<string, RunningStep>;
  readonly ended: ReadonlyMap<string, StepOutcome>;
  readonly failures: ReadonlyMap<string, { readonly step: StepRef; readonly error: WireError }>;
  /** Planned steps; 0 until known. */
  readonly total: number;
  readonly startedAt: number;
  readonly status: "running" | "paused" | "cancelling" | OperationOutcome;
  readonly held?: WireError;
  readonly durationMs?: number;
  readonly blocked: number;
  readonly lastSeq: number;
}

/** What is known before the first item. */
export const initialState = (total: number, startedAt: number): ProgressState => ({
  running: new Map(),
  ended: new Map(),
  failures: new Map(),
  total,
  startedAt,
  status: "running",
  blocked: 0,
  lastSeq: 0,
});

/** The state after one more item. Pure. */
export const reduceProgress = (state: ProgressState, item: FeedItem): ProgressState => {
  if (item.kind === "event") {
    return { ...afterEvent(state, item.event), lastSeq: item.event.seq };
  }
  const { live } = item;
  switch (live.type) {
    case "step.progress":
      return withStep(state, live.step, {
        progress: {
          done: live.done,
          unit: live.unit,
          ...(live.total === undefined ? {} : { total: live.total }),
        },
      });
    case "operation.held":
      return { ...state, held: live.error };
    case "operation.released": {
      const { held: _held, ...rest } = state;
      return rest;
    }
  }
};

const afterEvent = (state: ProgressState, { at, body }: OperationEvent): ProgressState => {
  switch (body.type) {
    case "operation.created":
      return { ...state, total: body.steps, startedAt: at };
    case "operation.resumed":
      // Failed steps run again; those that do not will report their failure again at the end.
      return { ...state, status: "running", failures: new Map(), blocked: 0 };
    case "operation.paused":
      return { ...state, status: "paused" };
    case "operation.cancelling":
      return { ...state, status: "cancelling" };
    case "operation.ended":
      return {
        ...state,
        status: body.outcome,
        running: new Map(),
        durationMs: body.durationMs,
        blocked: body.blocked.length,
      };
    case "step.started": {
      const running = new Map(state.running).set(stepKey(body.step), {
        step: body.step,
        since: at,
        attempt: body.attempt,
        applying: false,
      });
      return { ...state, running };
    }
    case "step.applying":
      return withStep(state, body.step, { applying: true, line: body.why });
    case "step.said":
      return withStep(state, body.step, { line: body.text });
    case "step.waiting":
      return withStep(state, body.step, { waiting: body.text });
    case "step.retrying":
      return withStep(state, body.step, { retry: { error: body.error, delayMs: body.delayMs } });
    case "step.ended": {
      const key = stepKey(body.step);
      const running = new Map(state.running);
      running.delete(key);
      const failures = new Map(state.failures);
      if (body.outcome === "failed" && body.error !== undefined) {
        failures.set(key, { step: body.step, error: body.error });
      } else failures.delete(key);
      return { ...state, running, failures, ended: new Map(state.ended).set(key, body.outcome) };
    }
  }
};

const withStep = (state: ProgressState, step: StepRef, change: Partial<RunningStep>): ProgressState => {
  const key = stepKey(step);
  const before = state.running.get(key);
  if (before === undefined) return state;
  return { ...state, running: new Map(state.running).set(key, { ...before, ...change }) };
};

/** Steps that came to an end and will not run again. */
export const doneCount = ({ ended }: ProgressState): number => ended.size;

/** True once the operation has come to rest for good. */
export const isOver = ({ status }: ProgressState): boolean =>
  status === "succeeded" || status === "failed" || status === "cancelled";
