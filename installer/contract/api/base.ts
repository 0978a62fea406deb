import { oc } from "@orpc/contract";
import * as z from "zod";

/** What the server enforces about one call. */
export interface CallMeta {
  /** The call is aborted and answered with CALL_TIMEOUT after this long; feeds have no deadline. */
  readonly deadlineMs: number | "none";
  [key: string]: unknown;
}

/** Deadline of ordinary calls. */
export const CALL_DEADLINE_MS = 30_000;

/** Starting point of every call: deadlines as data, so that the server needs no table of its own. */
export const call = oc.$meta<CallMeta>({ deadlineMs: CALL_DEADLINE_MS });

/** Input of a call that takes nothing. */
export const NoInput = z.strictObject({}).optional();

/** Answer of a call whose success is all there is to say. */
export const Done = z.object({ done: z.literal(true) });

/** Text of a file as the operator wrote it, so that problems can name its lines. */
export const SpecSource = z
  .strictObject({
    file: z.string().max(4096).describe("Name to show in messages; the engine never opens it"),
    text: z.string().max(4 * 1024 * 1024),
  })
  .describe("A cluster spec as YAML or JSON text");
export type SpecSource = Readonly<z.output<typeof SpecSource>>;

/** A cluster the engine knows: its spec is the one that was applied last. */
export const ClusterReference = z.strictObject({ cluster: z.string().max(63) });
export type ClusterReference = Readonly<z.output<typeof ClusterReference>>;

/** Why the operator decides something, in their own words; recorded in the journal. */
export const Why = z.string().max(1000).default("");
