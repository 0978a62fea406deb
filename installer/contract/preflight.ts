import * as z from "zod";
import { LocalizedText } from "./operation.ts";

/** What a failed check means: `blocks` stops the operation unless waived, `warns` is told, `notes` is only recorded. */
export const Severity = z.enum(["blocks", "warns", "notes"]);
export type Severity = z.output<typeof Severity>;

/** How a check came out. `waived` is a failure an operator decided to live with. */
export const CheckState = z.enum(["ok", "noted", "warning", "failed", "waived"]);
export type CheckState = z.output<typeof CheckState>;

/** One check on one machine, or on the site as a whole (machine `@appliance`). */
export const CheckResult = z.object({
  check: z.string().describe("Identifier, as `slipway preflight checks` prints it"),
  machine: z.string(),
  severity: Severity,
  state: CheckState,
  title: LocalizedText,
  found: LocalizedText.describe("What was found on this machine"),
  remedy: LocalizedText.optional().describe("What to do about it; absent when all is well"),
  reason: z.string().optional().describe("Why it was waived, in the operator's words"),
});
export type CheckResult = Readonly<z.output<typeof CheckResult>>;

/** A check as the catalogue shows it. */
export const CheckInfo = z.object({
  id: z.string(),
  scope: z.enum(["machine", "etcd", "site"]),
  severity: Severity,
  title: LocalizedText,
  why: LocalizedText,
  remedy: LocalizedText,
  needs: z.array(z.string()).describe("Facts and measurements it is judged by"),
});
export type CheckInfo = Readonly<z.output<typeof CheckInfo>>;

/** Latency of one small write made durable, the way etcd writes its log. All in milliseconds. */
export const DiskLatency = z.object({
  measuredAt: z.number().describe("Milliseconds since the epoch, by the appliance's clock"),
  method: z.enum(["fio", "perl", "python3", "dd"]),
  path: z.string().describe("Folder that was written to"),
  mount: z.string(),
  source: z.string(),
  samples: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
});
export type DiskLatency = Readonly<z.output<typeof DiskLatency>>;

/** What one machine measured towards another. */
export const PeerReach = z.object({
  machine: z.string(),
  tcpMs: z.number().nullable().describe("Time to connect to the other's SSH port; null when that failed"),
  pingMs: z.number().nullable().describe("Null when no echo came back, or none could be sent"),
  egressMtu: z.number().nullable().describe("MTU of the interface the route to the other leaves by"),
  pathMtu: z
    .number()
    .nullable()
    .describe("Largest unfragmented packet that was answered; null when not measured"),
});
export type PeerReach = Readonly<z.output<typeof PeerReach>>;

/** One row of the reachability matrix. */
export const Reachability = z.object({
  method: z.enum(["perl", "ping"]).describe("What the machine measured with"),
  peers: z.array(PeerReach),
});
export type Reachability = Readonly<z.output<typeof Reachability>>;

/** All results of a preflight phase. */
export const CheckReport = z.object({ results: z.array(CheckResult) });
export type CheckReport = Readonly<z.output<typeof CheckReport>>;
