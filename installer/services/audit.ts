import type { AuditFilter, AuditExportItem } from "../contract/api/audit.ts";
import type {
  AuditAction,
  AuditCheckpoint,
  AuditEntry,
  AuditOutcome,
  AuditVerdict,
} from "../contract/audit.ts";
import { isCode, toWire } from "../core/contract.ts";
import type { AuditLog, AuditRecord } from "../core/ports/audit.ts";
import type { Clock, Redactor } from "../core/ports/index.ts";

/** Who does what to what. */
export interface AuditSubject {
  readonly user: string;
  readonly via: AuditEntry["via"];
  readonly address: string;
  /** The call. */
  readonly action: string;
  readonly object: string;
  /** JSON, without secrets. */
  readonly about: string;
}

/** An action that has been begun in the log. */
export interface AuditedAction {
  /** Writes how it came out: well, or with what it failed. Never rejects: what was done is done. */
  end(failure?: unknown): Promise<void>;
}

/** The audit log as the rest of the engine uses it. */
export interface AuditService {
  /** Resolves once the beginning is on disk; rejects with AUDIT_UNWRITABLE, and then nothing must be done. */
  begin(subject: AuditSubject): Promise<AuditedAction>;
  /** Something that took no time. */
  note(subject: AuditSubject, failure?: unknown): Promise<void>;
  /** Ends what an engine that is gone had begun. */
  recover(): Promise<void>;
  list(
    filter: AuditFilter & { readonly before?: number; readonly limit: number },
  ): Promise<readonly AuditAction[]>;
  verify(): Promise<AuditVerdict>;
  export(format: "json" | "csv"): AsyncGenerator<AuditExportItem, void, void>;
}

/** What the service is made from. */
export interface AuditParts {
  readonly log: AuditLog;
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly redactor: Pick<Redactor, "redactDeep">;
  /** Told when an action's end could not be written. */
  readonly warn: (problem: string) => void;
}

/** Codes that say that somebody was not let in or not allowed. */
const refusals: ReadonlySet<string> = new Set([
  "SIGN_IN_NEEDED",
  "LOGIN_REFUSED",
  "LOGIN_LOCKED",
  "TOKEN_REFUSED",
  "TOKEN_SCOPE",
  "PERMISSION_DENIED",
  "GRANTS_EXCEEDED",
  "ORIGIN_REFUSED",
  "HOST_REFUSED",
  "ENROLMENT_INVALID",
  "PASSWORD_WRONG",
  "TOTP_WRONG",
]);

/** Puts actions into the log, and finds them there again. */
export const createAudit = ({ log, clock, redactor, warn }: AuditParts): AuditService => {
  const clean = (record: AuditRecord): AuditRecord => redactor.redactDeep(record);
  return {
    async begin(subject) {
      const { seq } = await log.append(clean({ ...subject, at: clock.now(), kind: "begun" }));
      const from = clock.monotonic();
      return {
        async end(failure) {
          const durationMs = Math.round(clock.monotonic() - from);
          const record = { ...subject, at: clock.now(), kind: "ended" as const, of: seq, durationMs };
          await log
            .append(clean({ ...record, ...outcomeOf(failure) }))
            .catch((error: unknown) => warn(String(error)));
        },
      };
    },
    async note(subject, failure) {
      await log.append(clean({ ...subject, at: clock.now(), kind: "ended", ...outcomeOf(failure) }));
    },
    async recover() {
      for (const { seq, user, via, address, action, object, about } of await log.unfinished()) {
        const record = { user, via, address, action, object, about, of: seq, at: clock.now() };
        await log.append({ ...record, kind: "ended", outcome: "unknown", reason: "ENGINE_LOST" });
      }
    },
    async list({ before, limit, ...filter }) {
      const endings = new Map<number, AuditEntry>();
      const found: AuditAction[] = [];
      for await (const entry of log.backwards(before)) {
        if (entry.of !== undefined) {
          endings.set(entry.of, entry);
          continue;
        }
        const ending =
          endings.get(entry.seq) ?? (entry.kind === "begun" ? await log.endOf(entry.seq) : undefined);
        endings.delete(entry.seq);
        const action = actionOf(entry, ending);
        if (matches(action, filter)) found.push(action);
        if (found.length === limit) break;
      }
      return found;
    },
    verify: () => log.verify(),
    export: (format) => exported(log, format),
  };
};

const outcomeOf = (failure: unknown): { outcome: AuditOutcome; reason?: string } => {
  if (failure === undefined) return { outcome: "succeeded" };
  const reason = toWire(failure).code;
  if (isCode(failure, "CANCELLED")) return { outcome: "cancelled", reason };
  return { outcome: refusals.has(reason) ? "refused" : "failed", reason };
};

const actionOf = (entry: AuditEntry, ending: AuditEntry | undefined): AuditAction => {
  const { kind, of: _of, previous: _previous, hash: _hash, ...action } = entry;
  if (kind === "ended") return { ...action, endedAt: entry.at };
  if (ending === undefined) return action;
  const { outcome, durationMs, reason } = ending;
  return {
    ...action,
    endedAt: ending.at,
    ...(outcome === undefined ? {} : { outcome }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(reason === undefined ? {} : { reason }),
  };
};

const matches = (action: AuditAction, filter: AuditFilter): boolean => {
  const { text, user, object, outcome, from, to } = filter;
  return (
    (user === undefined || action.user === user) &&
    (filter.action === undefined || action.action.startsWith(filter.action)) &&
    (object === undefined || action.object === object) &&
    (outcome === undefined || action.outcome === outcome) &&
    (from === undefined || action.at >= from) &&
    (to === undefined || action.at <= to) &&
    (text === undefined || JSON.stringify(action).toLowerCase().includes(text.toLowerCase()))
  );
};

/** Entries of one piece of an export. */
const PIECE = 200;

async function* exported(log: AuditLog, format: "json" | "csv"): AsyncGenerator<AuditExportItem, void, void> {
  const checkpoint = await log.checkpoint();
  const line = format === "json" ? jsonLine : csvLine;
  let text = format === "json" ? '{"entries":[\n' : `${csvColumns.join(",")}\n`;
  let count = 0;
  for await (const entry of log.entries({ until: checkpoint.entries })) {
    text += line(entry, count);
    count += 1;
    if (count % PIECE > 0) continue;
    yield { kind: "text", text };
    text = "";
  }
  yield { kind: "text", text: text + tail(format, checkpoint) };
  yield { kind: "done", entries: count, checkpoint };
}

const jsonLine = (entry: AuditEntry, index: number): string =>
  `${index === 0 ? "" : ",\n"}${JSON.stringify(entry)}`;

const tail = (format: "json" | "csv", checkpoint: AuditCheckpoint): string =>
  format === "json"
    ? `\n],"checkpoint":${JSON.stringify(checkpoint)}}\n`
    : `# ${JSON.stringify(checkpoint)}\n`;

const csvColumns = [
  "seq",
  "at",
  "kind",
  "of",
  "user",
  "via",
  "address",
  "action",
  "object",
  "about",
  "outcome",
  "durationMs",
  "reason",
  "previous",
  "hash",
] as const;

const csvLine = (entry: AuditEntry): string =>
  `${csvColumns.map((column) => csvCell(entry[column])).join(",")}\n`;

/** RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
const csvCell = (value: string | number | undefined): string => {
  if (value === undefined) return "";
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
