import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { etcdPaths } from "../../core/cluster/etcd-paths.ts";
import {
  BLOCK,
  listSnapshots,
  parseSnapshots,
  readBlock,
  type Snapshot,
} from "../../core/cluster/etcd-snapshot.ts";
import type { StepContext } from "../../core/phase.ts";

type Step = Pick<StepContext<Record<string, never>>, "cluster" | "ports" | "signal" | "progress">;

const fromBase64 = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Blocks of a snapshot on a machine, one after the other, until its last one. */
async function* blocksOf(
  step: Step,
  machine: MachineSpec,
  { name, bytes }: Snapshot,
): AsyncIterable<Uint8Array> {
  for (let done = 0, block = 0; done < bytes; block++) {
    const { stdout } = await step.ports.remote.script(machine, readBlock, {
      args: [name, String(block)],
      signal: step.signal,
      maxOutputBytes: BLOCK * 2,
    });
    const part = fromBase64(stdout);
    // A file that is shorter than it was is told by its digest.
    if (part.length === 0) return;
    done += part.length;
    step.progress(done, bytes, "bytes");
    yield part;
  }
}

/** Snapshots on a machine. Rejects as the remote port does. */
export const snapshotsOn = async (
  { ports, signal }: Pick<Step, "ports" | "signal">,
  machine: MachineSpec,
): Promise<readonly Snapshot[]> =>
  parseSnapshots((await ports.remote.script(machine, listSnapshots, { signal })).stdout);

/** Brings a snapshot from a machine to the appliance, proves it by its digest and keeps as many as the spec says. */
export const fetchSnapshot = async (step: Step, machine: MachineSpec, snapshot: Snapshot): Promise<void> => {
  const { cluster, ports } = step;
  if ((await ports.snapshots.file(cluster.name, snapshot.name)) === undefined) {
    await ports.snapshots.keep(cluster.name, snapshot, blocksOf(step, machine, snapshot));
  }
  await ports.snapshots.retain(cluster.name, cluster.etcd.snapshots.keep);
};

/** Path of a snapshot's file on a control plane. */
export const snapshotPath = (name: string): string => `${etcdPaths.snapshots}/${name}.db`;
