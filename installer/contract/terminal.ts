import * as z from "zod";
import { WireError } from "./errors/index.ts";

/** Identifier of a terminal, and of its recording. */
export const TerminalId = z.string().regex(/^t-[0-9a-z]{12}$/);

/** Where a terminal leads. */
export const TerminalTarget = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("container"),
    cluster: z.string(),
    namespace: z.string(),
    pod: z.string(),
    container: z.string(),
    debug: z.boolean().describe("A container of its own beside those of the pod, from the debug image"),
  }),
  z.object({ kind: z.literal("machine"), cluster: z.string(), machine: z.string() }),
  z.object({ kind: z.literal("kubectl"), cluster: z.string() }),
]);
export type TerminalTarget = Readonly<z.output<typeof TerminalTarget>>;

/** Columns and rows of a terminal. */
export const TerminalSize = z.strictObject({
  columns: z.int().min(2).max(1000).default(80),
  rows: z.int().min(1).max(500).default(24),
});
export type TerminalSize = Readonly<z.output<typeof TerminalSize>>;

/**
 * Why a terminal is over: its process ended; somebody closed it; the way to it broke; it could not be recorded any
 * more, or its recording is as long as one may be; the engine stopped.
 */
export const TerminalEndReason = z.enum(["exited", "closed", "lost", "unrecorded", "engine"]);
export type TerminalEndReason = z.output<typeof TerminalEndReason>;

/** How a terminal came to its end. */
export const TerminalEnding = z.object({
  at: z.number(),
  reason: TerminalEndReason,
  exit: z.int().optional().describe("Of the process; 128+N after signal N"),
  error: WireError.optional(),
});
export type TerminalEnding = Readonly<z.output<typeof TerminalEnding>>;

/** A terminal of the engine: it lives there, whoever looks at it. */
export const Terminal = z.object({
  id: TerminalId,
  target: TerminalTarget,
  user: z.string().describe("Whose it is: nobody else can look into it"),
  via: z.enum(["socket", "session", "token"]),
  address: z.string().describe("Where it was opened from"),
  why: z.string(),
  openedAt: z.number(),
  columns: z.int(),
  rows: z.int(),
  viewers: z.int().describe("Connections that show it"),
  bytes: z.number().describe("Printed so far"),
  own: z.boolean().describe("Opened by who asks"),
  ending: TerminalEnding.optional(),
});
export type Terminal = Readonly<z.output<typeof Terminal>>;

/** A recording of a terminal: what it printed, and when; what was typed is not in it. */
export const Recording = z.object({
  id: TerminalId,
  target: TerminalTarget,
  user: z.string(),
  via: z.string(),
  address: z.string(),
  why: z.string(),
  startedAt: z.number(),
  columns: z.int(),
  rows: z.int(),
  bytes: z.number().describe("Size of the file"),
  changedAt: z.number().describe("When something was last written into it"),
  running: z.boolean(),
});
export type Recording = Readonly<z.output<typeof Recording>>;

/** A container that a shell can be opened in, as far as is known without trying. */
export const PodSummary = z.object({
  namespace: z.string(),
  pod: z.string(),
  node: z.string().optional(),
  phase: z.string().describe("Pending, Running, Succeeded, Failed or Unknown"),
  guarded: z.boolean().describe("Reaches into its machine, so that a shell in it needs an administrator"),
  containers: z.array(z.object({ name: z.string(), running: z.boolean() })).readonly(),
});
export type PodSummary = Readonly<z.output<typeof PodSummary>>;
