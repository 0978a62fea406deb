import type { ColumnType } from "kysely";

/** `PRAGMA application_id` of every journal: "SLPW". Tells a journal from any other SQLite file. */
export const APPLICATION_ID = 0x534c5057;

/** Number of the newest migration: the newest format this code knows. */
export const FORMAT_VERSION = 4;

/** A column that is written once, with the row. */
type Fixed<T> = ColumnType<T, T, never>;

/** What happened, in order. Nothing is ever changed or removed here. */
export interface EventsTable {
  seq: Fixed<number>;
  operation: Fixed<string>;
  at: Fixed<number>;
  /** EventBody as JSON. */
  body: Fixed<string>;
}

/** Where each operation stands: what its events add up to. */
export interface OperationsTable {
  id: Fixed<string>;
  workflow: Fixed<string>;
  cluster: Fixed<string>;
  /** ClusterSpec as JSON. */
  spec: Fixed<string>;
  /** OperationParameters as JSON. */
  parameters: Fixed<string>;
  requested_by: Fixed<string>;
  /** Step keys as a JSON array. */
  confirmed: Fixed<string>;
  planned_steps: Fixed<number>;
  created_at: Fixed<number>;
  first_seq: Fixed<number>;
  status: string;
  ended_at: number | null;
  last_seq: number;
}

/** Where each step stands. */
export interface StepsTable {
  operation: string;
  phase: string;
  machine: string;
  state: string;
  attempt: number;
  /** JSON; null when there is none. */
  output: string | null;
  /** WireError as JSON. */
  error: string | null;
  last_seq: number;
}

/** The newest good output of each phase on each machine of each cluster, whichever operation found it. */
export interface OutputsTable {
  cluster: string;
  phase: string;
  machine: string;
  output: string | null;
  at: number;
  seq: number;
}

/** Host keys pinned on first use. */
export interface HostKeysTable {
  endpoint: Fixed<string>;
  fingerprint: Fixed<string>;
  pinned_at: Fixed<number>;
}

/** Addresses that were given to machines, and those that were found in use. */
export interface DhcpLeasesTable {
  /** As an unsigned number. */
  address: Fixed<number>;
  mac: string;
  state: "offered" | "bound" | "released" | "declined";
  until: number;
}

/** What is remembered about blank machines, whole values by kind and key. */
export interface MetalRecordsTable {
  kind: Fixed<string>;
  key: Fixed<string>;
  /** JSON. */
  value: string;
}

/** The journal's tables, as kysely needs them. */
export interface JournalTables {
  events: EventsTable;
  operations: OperationsTable;
  steps: StepsTable;
  outputs: OutputsTable;
  host_keys: HostKeysTable;
  dhcp_leases: DhcpLeasesTable;
  metal_records: MetalRecordsTable;
}
