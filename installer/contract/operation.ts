import * as z from "zod";
import { WireError } from "./errors/index.ts";

/** Both wordings of one sentence, on the wire. */
export const LocalizedText = z.object({ en: z.string(), "zh-CN": z.string() });

/** Name of a machine inside its spec; `@appliance` stands for the computer that runs the engine. */
export const APPLIANCE = "@appliance";

export const OperationId = z
  .string()
  .regex(/^op-[0-9a-z]{10}$/)
  .describe("Identifier of one operation");
export type OperationId = z.output<typeof OperationId>;

/** What a step may do to its machine. */
export const Effect = z.enum(["reads", "changes", "destroys"]);
export type Effect = z.output<typeof Effect>;

/** One phase on one machine. */
export const StepRef = z.object({ phase: z.string(), machine: z.string() });
export type StepRef = Readonly<z.output<typeof StepRef>>;

/** Stable text form of a step, `<phase>@<machine>`, used as a key and shown to people. */
export const stepKey = (step: StepRef): string => `${step.phase}@${step.machine}`;

/** How a step ended. A step that never ran has no end event. */
export const StepOutcome = z.enum(["satisfied", "applied", "failed", "skipped", "cancelled"]);
export type StepOutcome = z.output<typeof StepOutcome>;

/** How an operation ended. */
export const OperationOutcome = z.enum(["succeeded", "failed", "cancelled"]);
export type OperationOutcome = z.output<typeof OperationOutcome>;

/** `running` with no engine behind it is what a crash leaves; the next engine resumes or waits, by setting. */
export const OperationStatus = z.enum([
  "running",
  "paused",
  "cancelling",
  "succeeded",
  "failed",
  "cancelled",
]);
export type OperationStatus = z.output<typeof OperationStatus>;

/** Who decided, and why, in their own words. */
export const Decision = z.object({ by: z.string(), why: z.string() });
export type Decision = Readonly<z.output<typeof Decision>>;

/** A stretch of the chain of steps that determined how long the operation took. */
export const CriticalStep = z.object({
  step: StepRef,
  waitedMs: z.number().describe("Time between being able to start and starting"),
  ranMs: z.number(),
});

/** What happened. The closed set of everything the journal can hold. */
export const EventBody = z.discriminatedUnion("type", [
  z.object({ type: z.literal("operation.created"), workflow: z.string(), by: z.string(), steps: z.number() }),
  z.object({ type: z.literal("operation.resumed"), decision: Decision, machine: z.string().optional() }),
  z.object({ type: z.literal("operation.paused"), decision: Decision }),
  z.object({ type: z.literal("operation.cancelling"), decision: Decision }),
  z.object({
    type: z.literal("operation.ended"),
    outcome: OperationOutcome,
    durationMs: z.number(),
    criticalPath: z.array(CriticalStep),
    blocked: z.array(z.object({ step: StepRef, by: z.array(StepRef) })),
  }),
  z.object({ type: z.literal("step.started"), step: StepRef, attempt: z.number() }),
  z.object({ type: z.literal("step.applying"), step: StepRef, why: LocalizedText, effect: Effect }),
  z.object({ type: z.literal("step.said"), step: StepRef, text: LocalizedText }),
  z.object({ type: z.literal("step.waiting"), step: StepRef, text: LocalizedText }),
  z.object({
    type: z.literal("step.retrying"),
    step: StepRef,
    attempt: z.number(),
    delayMs: z.number(),
    error: WireError,
  }),
  z.object({
    type: z.literal("step.ended"),
    step: StepRef,
    outcome: StepOutcome,
    durationMs: z.number(),
    output: z.unknown().optional(),
    error: WireError.optional(),
    decision: Decision.optional(),
  }),
]);
export type EventBody = Readonly<z.output<typeof EventBody>>;

/** One row of the journal: `seq` grows by one with every event of the engine and is what feeds resume after. */
export const OperationEvent = z.object({
  seq: z.number(),
  operation: OperationId,
  at: z.number().describe("Milliseconds since the epoch, by the appliance's clock"),
  body: EventBody,
});
export type OperationEvent = Readonly<z.output<typeof OperationEvent>>;

/** Things worth showing while they last but not worth a row: never journalled, lost on reconnect. */
export const LiveEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("step.progress"),
    operation: OperationId,
    step: StepRef,
    done: z.number(),
    total: z.number().optional(),
    unit: z.enum(["bytes", "items"]),
  }),
  z.object({ type: z.literal("operation.held"), operation: OperationId, error: WireError }),
  z.object({ type: z.literal("operation.released"), operation: OperationId }),
]);
export type LiveEvent = Readonly<z.output<typeof LiveEvent>>;

/** What one step would do, found by probing and nothing else. */
export const PlannedStep = z.object({
  step: StepRef,
  title: LocalizedText,
  effect: Effect,
  state: z.enum(["satisfied", "needed", "blocked", "failed"]),
  why: LocalizedText.optional().describe("Why it is needed"),
  blockedBy: z
    .array(StepRef)
    .optional()
    .describe("Steps whose result must exist before this one can be judged"),
  loss: LocalizedText.optional().describe("What a destructive step would lose"),
  error: WireError.optional(),
});
export type PlannedStep = Readonly<z.output<typeof PlannedStep>>;

/** A plan is a value: it can be printed, compared, confirmed and thrown away. */
export const Plan = z.object({
  workflow: z.string(),
  cluster: z.string(),
  steps: z.array(PlannedStep),
  summary: z.object({
    satisfied: z.number(),
    needed: z.number(),
    blocked: z.number(),
    destructive: z.number(),
    failed: z.number(),
  }),
  confirmation: z.string().optional().describe("What the operator must type when a step destroys something"),
});
export type Plan = Readonly<z.output<typeof Plan>>;
