import type { FeedItem } from "../../installer/contract/api/operations.ts";
import type { WireError } from "../../installer/contract/errors/index.ts";
import {
  stepKey,
  type Decision,
  type Effect,
  type EventBody,
  type LiveEvent,
  type OperationEvent,
  type OperationOutcome,
  type StepOutcome,
  type StepRef,
} from "../../installer/contract/operation.ts";
import type { Localized } from "../../installer/contract/text.ts";

/** What a step does now, or how it ended. */
export type BlockState = "probing" | "applying" | "waiting" | "retrying" | StepOutcome;

/** One line that a step said. */
export interface Line {
  readonly at: number;
  readonly text: Localized;
}

/** One phase on one machine. */
export interface Block {
  readonly step: StepRef;
  readonly state: BlockState;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly attempt: number;
  readonly effect?: Effect;
  readonly lines: readonly Line[];
  readonly waiting?: Localized;
  readonly retry?: { readonly at: number; readonly delayMs: number; readonly error: WireError };
  readonly progress?: { readonly done: number; readonly total?: number; readonly unit: "bytes" | "items" };
  readonly error?: WireError;
  readonly decision?: Decision;
}

/** A machine and its phases, in the order in which they first started. */
export interface Lane {
  readonly machine: string;
  readonly blocks: readonly Block[];
}

/** An operation as its feed has told it so far. A value: the same items always give the same timeline. */
export interface Timeline {
  readonly lanes: ReadonlyMap<string, Lane>;
  /** Planned steps; 0 until known. */
  readonly total: number;
  /** Steps that came to an end. */
  readonly done: number;
  readonly startedAt: number;
  /** Time of the latest event. */
  readonly at: number;
  readonly endedAt?: number;
  readonly status: "running" | "paused" | "cancelling" | OperationOutcome;
  /** Why the operation holds by itself, such as a full disk. */
  readonly held?: WireError;
  readonly decision?: Decision;
  readonly blocked: readonly StepRef[];
  readonly lastSeq: number;
}

/** What is kept of what a step says; the rest is in the journal. */
const LINES = 200;

/** Before the first item. */
export const emptyTimeline: Timeline = {
  lanes: new Map(),
  total: 0,
  done: 0,
  startedAt: 0,
  at: 0,
  status: "running",
  blocked: [],
  lastSeq: 0,
};

/** True while a step has not ended. */
export const isUnderWay = (state: BlockState): boolean =>
  state === "probing" || state === "applying" || state === "waiting" || state === "retrying";

/** True once the operation has come to rest for good. */
export const isOver = ({ status }: Timeline): boolean =>
  status === "succeeded" || status === "failed" || status === "cancelled";

/** A timeline under construction: lanes are copied once a batch, so that 200,000 events take no quadratic time. */
interface Draft {
  lanes: Map<string, { machine: string; blocks: Block[] }>;
  owned: Set<string>;
  rest: Omit<Timeline, "lanes">;
}

/** The timeline after some more items. Items that it knows already are left out, so that a feed may begin anywhere. Pure. */
export const advance = (timeline: Timeline, items: readonly FeedItem[]): Timeline => {
  const { lanes, ...rest } = timeline;
  const draft: Draft = {
    lanes: new Map(lanes as ReadonlyMap<string, { machine: string; blocks: Block[] }>),
    owned: new Set(),
    rest,
  };
  for (const item of items) {
    if (item.kind === "live") afterLive(draft, item.live);
    else if (item.event.seq > draft.rest.lastSeq) afterEvent(draft, item.event);
  }
  return { ...draft.rest, lanes: draft.lanes };
};

const afterLive = (draft: Draft, live: LiveEvent): void => {
  switch (live.type) {
    case "step.progress": {
      const { done, total, unit } = live;
      change(draft, live.step, (block) => ({
        ...block,
        progress: { done, unit, ...(total === undefined ? {} : { total }) },
      }));
      return;
    }
    case "operation.held":
      draft.rest = { ...draft.rest, held: live.error };
      return;
    case "operation.released": {
      const { held: _held, ...rest } = draft.rest;
      draft.rest = rest;
      return;
    }
  }
};

const afterEvent = (draft: Draft, { seq, at, body }: OperationEvent): void => {
  draft.rest = { ...draft.rest, at, lastSeq: seq };
  if (isOfOperation(body)) draft.rest = ofOperation(draft.rest, at, body);
  else ofStep(draft, at, body);
};

type OperationBody = Extract<EventBody, { readonly type: `operation.${string}` }>;

const isOfOperation = (body: EventBody): body is OperationBody => body.type.startsWith("operation.");

const ofOperation = (rest: Draft["rest"], at: number, body: OperationBody): Draft["rest"] => {
  switch (body.type) {
    case "operation.created":
      return { ...rest, total: body.steps, startedAt: at };
    case "operation.paused":
      return { ...rest, status: "paused", decision: body.decision };
    case "operation.cancelling":
      return { ...rest, status: "cancelling", decision: body.decision };
    case "operation.resumed": {
      const { endedAt: _endedAt, ...going } = rest;
      return { ...going, status: "running", decision: body.decision, blocked: [] };
    }
    case "operation.ended":
      return { ...rest, status: body.outcome, endedAt: at, blocked: body.blocked.map(({ step }) => step) };
  }
};

const ofStep = (draft: Draft, at: number, body: Exclude<EventBody, OperationBody>): void => {
  switch (body.type) {
    case "step.started":
      start(draft, at, body);
      return;
    case "step.applying":
      change(draft, body.step, (block) =>
        said({ ...block, state: "applying", effect: body.effect }, at, body.why),
      );
      return;
    case "step.said":
      change(draft, body.step, (block) => said({ ...awake(block) }, at, body.text));
      return;
    case "step.waiting":
      change(draft, body.step, (block) => ({ ...block, state: "waiting", waiting: body.text }));
      return;
    case "step.retrying": {
      const { attempt, delayMs, error } = body;
      change(draft, body.step, (block) => ({
        ...block,
        state: "retrying",
        attempt,
        retry: { at, delayMs, error },
      }));
      return;
    }
    case "step.ended":
      end(draft, at, body);
  }
};

/** What a step does once it no longer waits. */
const awake = (block: Block): Block => {
  if (block.state !== "waiting") return block;
  const { waiting: _waiting, ...rest } = block;
  return { ...rest, state: block.effect === undefined ? "probing" : "applying" };
};

const said = (block: Block, at: number, text: Localized): Block => ({
  ...block,
  lines: [...block.lines.slice(1 - LINES), { at, text }],
});

const start = (draft: Draft, at: number, { step, attempt }: EventBody & { type: "step.started" }): void => {
  const blocks = owned(draft, step.machine);
  const index = blocks.findIndex((block) => block.step.phase === step.phase);
  const before = blocks[index];
  const fresh: Block = {
    step,
    state: "probing",
    // A further attempt is the same block: it has lasted since the first one.
    startedAt: before !== undefined && isUnderWay(before.state) ? before.startedAt : at,
    attempt,
    lines: before?.lines ?? [],
  };
  if (before === undefined) blocks.push(fresh);
  else {
    if (!isUnderWay(before.state)) draft.rest = { ...draft.rest, done: draft.rest.done - 1 };
    blocks[index] = fresh;
  }
};

const end = (draft: Draft, at: number, body: EventBody & { type: "step.ended" }): void => {
  const { step, outcome, error, decision } = body;
  const blocks = owned(draft, step.machine);
  const index = blocks.findIndex((block) => block.step.phase === step.phase);
  // A step that was skipped before it ever started has an end alone.
  const before = blocks[index] ?? { step, state: "probing", startedAt: at, attempt: 0, lines: [] };
  const ended: Block = {
    step,
    state: outcome,
    startedAt: before.startedAt,
    endedAt: at,
    attempt: before.attempt,
    lines: before.lines,
    ...(before.effect === undefined ? {} : { effect: before.effect }),
    ...(error === undefined ? {} : { error }),
    ...(decision === undefined ? {} : { decision }),
  };
  if (index === -1) blocks.push(ended);
  else blocks[index] = ended;
  if (index === -1 || isUnderWay(before.state)) draft.rest = { ...draft.rest, done: draft.rest.done + 1 };
};

const change = (draft: Draft, step: StepRef, make: (block: Block) => Block): void => {
  const index =
    draft.lanes.get(step.machine)?.blocks.findIndex((block) => block.step.phase === step.phase) ?? -1;
  if (index === -1) return;
  const blocks = owned(draft, step.machine);
  const before = blocks[index];
  if (before !== undefined && isUnderWay(before.state)) blocks[index] = make(before);
};

const owned = (draft: Draft, machine: string): Block[] => {
  const lane = draft.lanes.get(machine);
  if (lane !== undefined && draft.owned.has(machine)) return lane.blocks;
  const copy = { machine, blocks: [...(lane?.blocks ?? [])] };
  draft.lanes.set(machine, copy);
  draft.owned.add(machine);
  return copy.blocks;
};

/** What a whole lane amounts to: the worst that happens on it, for one word beside the machine's name. */
export const laneState = ({ blocks }: Lane): BlockState => {
  const states = new Set(blocks.map(({ state }) => state));
  const order: readonly BlockState[] = [
    "failed",
    "retrying",
    "waiting",
    "applying",
    "probing",
    "cancelled",
    "skipped",
    "applied",
    "satisfied",
  ];
  return order.find((state) => states.has(state)) ?? "probing";
};

/** Steps that failed and have not been run again, oldest first. */
export const failuresOf = ({ lanes }: Timeline): readonly Block[] =>
  [...lanes.values()].flatMap(({ blocks }) => blocks.filter(({ state }) => state === "failed"));

/** Identifier of a block, unique in its operation. */
export const blockKey = ({ step }: Block): string => stepKey(step);
