import * as z from "zod";
import { TerminalTarget } from "./terminal.ts";

/**
 * Head of a recording: asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/), playable with stock players. What
 * is ours stands below `slipway`; players leave out what they do not know.
 */
export const CastHead = z.object({
  version: z.literal(2),
  width: z.int(),
  height: z.int(),
  timestamp: z.int().describe("Seconds since the epoch"),
  title: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  slipway: z.object({
    id: z.string(),
    user: z.string(),
    via: z.string(),
    address: z.string(),
    why: z.string(),
    target: TerminalTarget,
  }),
});
export type CastHead = Readonly<z.output<typeof CastHead>>;

const CastEvent = z.tuple([z.number(), z.enum(["o", "r", "m"]), z.string()]);

/** One event: seconds since the start; output, a new size as `80x24`, or a remark; and its text. */
export type CastEvent = Readonly<z.output<typeof CastEvent>>;

/** The first line of a recording. */
export const headLine = (head: CastHead): string => `${JSON.stringify(head)}\n`;

/** One more line of it. */
export const eventLine = (event: CastEvent): string => `${JSON.stringify(event)}\n`;

/** Reads a first line; undefined when it is none of ours. */
export const readHead = (line: string): CastHead | undefined => CastHead.safeParse(parsed(line)).data;

/** Reads another line; undefined for the torn one that a power cut leaves at the end. */
export const readEvent = (line: string): CastEvent | undefined => CastEvent.safeParse(parsed(line)).data;

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
