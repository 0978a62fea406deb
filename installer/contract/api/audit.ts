import { eventIterator } from "@orpc/contract";
import * as z from "zod";
import { AuditAction, AuditCheckpoint, AuditOutcome, AuditVerdict } from "../audit.ts";
import { administer, inspect, NoInput } from "./base.ts";

const Filter = z.strictObject({
  text: z.string().max(200).optional().describe("Somewhere in an entry, in any case"),
  user: z.string().max(100).optional(),
  action: z.string().max(100).optional().describe("A call, or the beginning of its name"),
  object: z.string().max(300).optional(),
  outcome: AuditOutcome.optional(),
  from: z.number().optional().describe("Milliseconds since the epoch"),
  to: z.number().optional(),
});
/** What to look for in the log; everything given must hold. */
export type AuditFilter = Readonly<z.output<typeof Filter>>;

/** A piece of an exported file, then what signs it. */
export const AuditExportItem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("text"), text: z.string() }),
  z.object({ kind: z.literal("done"), entries: z.number(), checkpoint: AuditCheckpoint }),
]);
export type AuditExportItem = Readonly<z.output<typeof AuditExportItem>>;

/** Calls about the audit log. None changes it. */
export const audit = {
  list: inspect
    .route({ method: "GET", path: "/audit", summary: "Actions, newest first" })
    .input(
      Filter.extend({
        before: z.int().min(1).optional().describe("Only entries with a smaller number: the next page"),
        limit: z.int().min(1).max(1000).default(100),
      }).optional(),
    )
    .output(z.array(AuditAction)),
  verify: inspect
    .route({ method: "GET", path: "/audit/verify", summary: "Check the whole log for edits" })
    .meta({ deadlineMs: 15 * 60_000 })
    .input(NoInput)
    .output(AuditVerdict),
  export: administer
    .route({ method: "GET", path: "/audit/export", summary: "Every entry with its hashes, oldest first" })
    .meta({ deadlineMs: "none" })
    .input(z.strictObject({ format: z.enum(["json", "csv"]).default("json") }).optional())
    .output(eventIterator(AuditExportItem)),
};
