import type { AuditCheckpoint, AuditEntry, AuditVerdict } from "../../contract/audit.ts";

/** What is put into the log; number and hashes are added by it. */
export type AuditRecord = Omit<AuditEntry, "seq" | "previous" | "hash">;

/**
 * The audit log: entries are added and never changed. `append` resolves once the entry is on disk and rejects with
 * AUDIT_UNWRITABLE.
 */
export interface AuditLog {
  append(record: AuditRecord): Promise<AuditEntry>;
  /** Oldest first, after a number. */
  entries(range?: { readonly after?: number; readonly until?: number }): AsyncIterable<AuditEntry>;
  /** Newest first, before a number. */
  backwards(before?: number): AsyncIterable<AuditEntry>;
  /** The entry that ended what this one began. */
  endOf(seq: number): Promise<AuditEntry | undefined>;
  /** Entries that began something that never ended. */
  unfinished(): Promise<readonly AuditEntry[]>;
  /** Looks at every entry. */
  verify(): Promise<AuditVerdict>;
  /** A signature over how many entries there are and the hash of the newest. */
  checkpoint(): Promise<AuditCheckpoint>;
  close(): Promise<void>;
}
