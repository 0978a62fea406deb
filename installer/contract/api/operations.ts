import { eventIterator } from "@orpc/contract";
import * as z from "zod";
import { WireError } from "../errors/index.ts";
import {
  LiveEvent,
  OperationEvent,
  OperationId,
  OperationStatus,
  Plan,
  StepOutcome,
  StepRef,
} from "../operation.ts";
import { OperationParameters } from "../parameters.ts";
import { Done, EditedCluster, operate, SpecSource, view, viewEach, Why } from "./base.ts";

/** An operation as it stands. */
export const Operation = z.object({
  id: OperationId,
  workflow: z.string(),
  cluster: z.string(),
  machines: z.array(z.string()),
  parameters: OperationParameters,
  by: z.string(),
  steps: z.number().describe("Number of steps planned"),
  status: OperationStatus,
  createdAt: z.number(),
  endedAt: z.number().optional(),
  lastSeq: z.number().describe("Sequence number of its latest event"),
});
export type Operation = Readonly<z.output<typeof Operation>>;

/** A step as it stands. Steps that were never started are not listed. */
export const Step = z.object({
  step: StepRef,
  state: z.union([z.enum(["running", "applying"]), StepOutcome]),
  attempt: z.number(),
  output: z.unknown().optional(),
  error: WireError.optional(),
  lastSeq: z.number(),
});
export type Step = Readonly<z.output<typeof Step>>;

/** One item of a feed: a journalled event, or something live that has no sequence number and is lost on reconnect. */
export const FeedItem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), event: OperationEvent }),
  z.object({ kind: z.literal("live"), live: LiveEvent }),
]);
export type FeedItem = Readonly<z.output<typeof FeedItem>>;

const PlanRequest = z.strictObject({
  workflow: z.string().max(100),
  spec: z.union([SpecSource, EditedCluster]),
  parameters: OperationParameters.default({}),
});
const StartRequest = PlanRequest.extend({
  confirmation: z.string().max(1000).optional().describe("What the plan asks to be typed before it destroys"),
});
const Target = z.strictObject({ id: OperationId });
const Decided = Target.extend({ why: Why });
const ListRequest = z
  .strictObject({
    status: z.array(OperationStatus).optional(),
    cluster: z.string().optional(),
    limit: z.int().min(1).max(1000).optional(),
  })
  .optional();

export const operations = {
  plan: operate
    .route({ method: "POST", path: "/operations/plan", summary: "Probe, and tell what would be done" })
    .meta({ deadlineMs: 15 * 60_000 })
    .input(PlanRequest)
    .output(Plan),
  start: operate
    .route({ method: "POST", path: "/operations", summary: "Start an operation" })
    .input(StartRequest)
    .output(Operation),
  list: viewEach
    .route({ method: "GET", path: "/operations", summary: "Operations, newest first" })
    .input(ListRequest)
    .output(z.array(Operation)),
  get: view
    .route({ method: "GET", path: "/operations/{id}", summary: "One operation" })
    .input(Target)
    .output(Operation),
  steps: view
    .route({ method: "GET", path: "/operations/{id}/steps", summary: "Steps of an operation" })
    .input(Target)
    .output(z.array(Step)),
  /** History, then live until the operation has ended. Resumes after `after`, or after the last event id seen. */
  events: view
    .route({ method: "GET", path: "/operations/{id}/events", summary: "Feed of an operation" })
    .meta({ deadlineMs: "none" })
    .input(Target.extend({ after: z.int().min(0).optional().describe("Only events with a greater number") }))
    .output(eventIterator(FeedItem)),
  pause: operate
    .route({ method: "POST", path: "/operations/{id}/pause", summary: "Start no further step" })
    .input(Decided)
    .output(Done),
  resume: operate
    .route({ method: "POST", path: "/operations/{id}/resume", summary: "Go on, or retry one machine" })
    .input(Decided.extend({ machine: z.string().optional() }))
    .output(Done),
  cancel: operate
    .route({ method: "POST", path: "/operations/{id}/cancel", summary: "Stop; nothing is undone" })
    .input(Decided)
    .output(Done),
  skip: operate
    .route({ method: "POST", path: "/operations/{id}/skip", summary: "Leave a machine or a step of it out" })
    .input(
      Target.extend({
        machine: z.string(),
        phase: z.string().optional(),
        why: z.string().min(3).max(1000).describe("Why it may be left out; recorded"),
      }),
    )
    .output(Done),
};
