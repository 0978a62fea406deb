import * as z from "zod";
import { Maintenance } from "../../contract/cluster-status.ts";
import type { NodeObject } from "./kube-objects.ts";

/** Annotations by which Slipway remembers on a node what it is doing with the machine. */
export const marks = {
  /** Out of service by an operator's wish: who, why, since when. */
  maintenance: "slipway.io/maintenance",
  /** A restart or power-off under way: which operation, and the boot that is to end. */
  outage: "slipway.io/outage",
  /** The last restart that was seen to its end. */
  restarted: "slipway.io/restarted",
} as const;

/** What the annotation `slipway.io/outage` holds. */
export const Outage = z.object({
  operation: z.string(),
  kind: z.enum(["reboot", "shutdown"]),
  /** /proc/sys/kernel/random/boot_id before it went down. */
  bootId: z.string(),
  /** Whether it took no pods before, so that it is not given back to the scheduler afterwards. */
  cordoned: z.boolean(),
  since: z.number(),
});
export type Outage = Readonly<z.output<typeof Outage>>;

const Restarted = z.object({ operation: z.string(), at: z.number() });

/** What Slipway has written on a node. */
export interface NodeMarks {
  readonly maintenance: Maintenance | undefined;
  readonly outage: Outage | undefined;
  readonly restarted: z.output<typeof Restarted> | undefined;
}

const parsed = <S extends z.ZodType>(schema: S, value: string | undefined): z.output<S> | undefined => {
  if (value === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
};

/** Reads Slipway's annotations. One that cannot be understood counts as absent. */
export const marksOf = ({ metadata }: Pick<NodeObject, "metadata">): NodeMarks => ({
  maintenance: parsed(Maintenance, metadata.annotations?.[marks.maintenance]),
  outage: parsed(Outage, metadata.annotations?.[marks.outage]),
  restarted: parsed(Restarted, metadata.annotations?.[marks.restarted]),
});
