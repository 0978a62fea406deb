import * as z from "zod";

/** How the action of an entry came out; `unknown` when the engine ended in the middle of it. */
export const AuditOutcome = z.enum(["succeeded", "failed", "refused", "cancelled", "unknown"]);
export type AuditOutcome = z.output<typeof AuditOutcome>;

const SHA256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * One entry of the audit log. An action has two: `begun` is written before it may start, `ended` names it by `of`. What
 * takes no time, such as a login, has only the second kind without `of`.
 */
export const AuditEntry = z.object({
  seq: z.number().describe("1, 2, 3... without holes"),
  at: z.number().describe("Milliseconds since the epoch"),
  kind: z.enum(["begun", "ended"]),
  of: z.number().optional().describe("Number of the entry that began it"),
  user: z.string(),
  via: z.enum(["socket", "session", "token", "none", "engine"]).describe("How they proved who they are"),
  address: z.string().describe("Where the call came from; `local` for the socket"),
  action: z.string().describe("The call, such as operations.start"),
  object: z.string().describe("What it is about: a cluster, a user, an operation"),
  about: z.string().describe("The rest of what was asked, without secrets, as JSON"),
  outcome: AuditOutcome.optional(),
  durationMs: z.number().optional(),
  reason: z.string().optional().describe("Code of the error that it failed with"),
  previous: SHA256.describe("Hash of the entry before; zeros in the first"),
  hash: SHA256.describe("SHA-256 of this entry in the form that docs/audit.md describes"),
});
export type AuditEntry = Readonly<z.output<typeof AuditEntry>>;

/** An action: both of its entries as one. */
export const AuditAction = AuditEntry.omit({ kind: true, of: true, previous: true, hash: true }).extend({
  seq: z.number().describe("Number of its first entry"),
  endedAt: z.number().optional(),
});
export type AuditAction = Readonly<z.output<typeof AuditAction>>;

/** What is wrong with the log, and from which entry on. */
export const AuditFinding = z.object({
  seq: z.number(),
  fault: z
    .enum(["altered", "missing", "order", "forged", "truncated", "anchor"])
    .describe(
      "altered: hash and content differ; missing: a number is left out; order: does not follow the one before; forged: not sealed by this site's key; truncated: the log was longer; anchor: what tells how long it was is gone or false",
    ),
});
export type AuditFinding = Readonly<z.output<typeof AuditFinding>>;

/** Result of a check of the whole log. */
export const AuditVerdict = z.object({
  whole: z.boolean(),
  entries: z.number(),
  head: z.string().describe("Hash of the newest entry"),
  anchored: z
    .number()
    .describe("Entries that the anchor vouches for; newer ones are vouched for by their seals"),
  findings: z.array(AuditFinding).readonly().describe("At most 100"),
});
export type AuditVerdict = Readonly<z.output<typeof AuditVerdict>>;

/** Signed at the end of an export: so many entries, the newest with this hash. */
export const AuditCheckpoint = z.object({
  entries: z.number(),
  head: z.string(),
  at: z.number(),
  key: z.string().describe("Ed25519 public key of this site's audit log, base64url"),
  signature: z.string().describe("Over `slipway-audit-1\\n<entries>\\n<head>\\n<at>\\n`, base64url"),
});
export type AuditCheckpoint = Readonly<z.output<typeof AuditCheckpoint>>;
