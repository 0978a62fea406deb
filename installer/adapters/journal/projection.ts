import type { EventBody, OperationEvent, StepRef } from "../../core/contract.ts";
import type { NewOperation, OperationRecord, StepRecord } from "../../core/ports/journal.ts";

/** The step an event is about; undefined for events about the whole operation. */
export const stepOf = (body: EventBody): StepRef | undefined => ("step" in body ? body.step : undefined);

/** A new operation's record, as of its created event. */
export const createdRecord = (operation: NewOperation, event: OperationEvent): OperationRecord => ({
  ...operation,
  status: "running",
  createdAt: event.at,
  endedAt: undefined,
  lastSeq: event.seq,
});

/** What an operation's record becomes with one more event. Pure; the same for the real journal and the fake one. */
export const projectOperation = (record: OperationRecord, event: OperationEvent): OperationRecord => {
  const next = { ...record, lastSeq: event.seq };
  switch (event.body.type) {
    case "operation.created":
    case "operation.resumed":
      return { ...next, status: "running", endedAt: undefined };
    case "operation.paused":
      return { ...next, status: "paused" };
    case "operation.cancelling":
      return { ...next, status: "cancelling" };
    case "operation.ended":
      return { ...next, status: event.body.outcome, endedAt: event.at };
    case "step.started":
    case "step.applying":
    case "step.said":
    case "step.waiting":
    case "step.retrying":
    case "step.ended":
      return next;
  }
};

/**
 * What a step's record becomes with one more event about it; undefined when there is nothing to record yet, because
 * only a start, a change or an end brings a step into being.
 */
export const projectStep = (
  previous: StepRecord | undefined,
  event: OperationEvent,
): StepRecord | undefined => {
  const { body, seq } = event;
  switch (body.type) {
    case "step.started":
      return {
        step: body.step,
        state: "running",
        attempt: body.attempt,
        output: undefined,
        error: undefined,
        lastSeq: seq,
      };
    case "step.applying":
      return {
        step: body.step,
        state: "applying",
        attempt: previous?.attempt ?? 1,
        output: undefined,
        error: undefined,
        lastSeq: seq,
      };
    case "step.retrying":
      // Between two attempts nothing is being applied; the error tells why there is a next one.
      return previous && { ...previous, state: "running", error: body.error, lastSeq: seq };
    case "step.said":
    case "step.waiting":
      return previous && { ...previous, lastSeq: seq };
    case "step.ended":
      return {
        step: body.step,
        state: body.outcome,
        attempt: previous?.attempt ?? 0,
        output: body.output,
        error: body.error,
        lastSeq: seq,
      };
    case "operation.created":
    case "operation.resumed":
    case "operation.paused":
    case "operation.cancelling":
    case "operation.ended":
      return undefined;
  }
};

/** True when the event carries an output that later operations may build on. */
export const endsWell = (
  body: EventBody,
): body is Extract<EventBody, { type: "step.ended" }> & { outcome: "satisfied" | "applied" } =>
  body.type === "step.ended" && (body.outcome === "satisfied" || body.outcome === "applied");
