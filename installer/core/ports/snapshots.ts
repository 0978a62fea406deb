import type { Snapshot } from "../cluster/etcd-snapshot.ts";

/** Snapshots of etcd that the appliance keeps, by cluster. They hold all of a cluster: only the engine's user can read them. */
export interface Snapshots {
  /** Newest first. */
  list(cluster: string): Promise<readonly Snapshot[]>;
  /** Keeps what arrives, under its name only when it is whole. Rejects with SNAPSHOT_DAMAGED, SNAPSHOT_NO_SPACE. */
  keep(cluster: string, snapshot: Snapshot, blocks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Its file; undefined when it is not here. */
  file(cluster: string, name: string): Promise<string | undefined>;
  /** Removes all but the newest ones. */
  retain(cluster: string, count: number): Promise<void>;
}
