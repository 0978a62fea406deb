import type { AuditEntry } from "../../contract/audit.ts";
import type { SealedEntry } from "../../core/audit/chain.ts";

/** `PRAGMA application_id` of the log: "SlAu". */
export const APPLICATION_ID = 0x536c4175;

/** Formats of the log, oldest first. */
export const formats: readonly string[] = [
  `create table entries (
     seq integer primary key,
     at integer not null,
     kind text not null,
     of_seq integer,
     user text not null,
     via text not null,
     address text not null,
     action text not null,
     object text not null,
     about text not null,
     outcome text,
     duration_ms integer,
     reason text,
     previous text not null,
     hash text not null,
     seal text not null
   ) strict;
   create index entries_by_beginning on entries (of_seq) where of_seq is not null;
   create trigger entries_are_not_edited before update on entries begin select raise(abort, 'append-only'); end;
   create trigger entries_are_not_removed before delete on entries begin select raise(abort, 'append-only'); end;`,
];

/** A row of the table. */
export interface EntryRow {
  readonly seq: number;
  readonly at: number;
  readonly kind: string;
  readonly of_seq: number | null;
  readonly user: string;
  readonly via: string;
  readonly address: string;
  readonly action: string;
  readonly object: string;
  readonly about: string;
  readonly outcome: string | null;
  readonly duration_ms: number | null;
  readonly reason: string | null;
  readonly previous: string;
  readonly hash: string;
  readonly seal: string;
}

/** A row as an entry, whatever is in it: the check of the chain must see altered rows too. */
export const entryOf = (row: EntryRow): SealedEntry => {
  const { of_seq, outcome, duration_ms, reason, ...rest } = row;
  return {
    ...rest,
    ...(of_seq === null ? {} : { of: of_seq }),
    ...(outcome === null ? {} : { outcome }),
    ...(duration_ms === null ? {} : { durationMs: duration_ms }),
    ...(reason === null ? {} : { reason }),
  } as SealedEntry;
};

/** The same without its seal, for those who read the log. */
export const publicEntry = (row: EntryRow): AuditEntry => {
  const { seal: _, ...entry } = entryOf(row);
  return entry;
};

/** The columns of an entry. */
export const columnsOf = ({ of, durationMs, outcome, reason, ...entry }: SealedEntry): object => ({
  ...entry,
  of_seq: of ?? null,
  duration_ms: durationMs ?? null,
  outcome: outcome ?? null,
  reason: reason ?? null,
});
