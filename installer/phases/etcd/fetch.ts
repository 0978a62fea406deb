import * as z from "zod";
import { text } from "../../contract/text.ts";
import { memberIn } from "../../core/cluster/etcd-choice.ts";
import { survivorsOf } from "../../core/cluster/etcd-restore.ts";
import { Snapshot } from "../../core/cluster/etcd-snapshot.ts";
import { APPLIANCE, SlipwayError } from "../../core/contract.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { salvage } from "./salvage.ts";
import { fetchSnapshot, snapshotsOn } from "./transfer.ts";

/** Sees to it that the appliance holds the snapshot that is to be restored: from there it goes to every control plane. */
export const fetch = definePhase({
  id: "etcd.fetch",
  title: text("Get hold of the snapshot", "获取快照"),
  needs: { salvaged: everyMachine(salvage) },
  output: z.object({ snapshot: Snapshot }),
  effect: "changes",
  timeoutMs: 30 * 60_000,
  on: () => [APPLIANCE],
  async probe({ cluster, from, parameters, ports }) {
    const name = from.salvaged.values().next().value?.snapshot.name ?? parameters.snapshot;
    const kept = (await ports.snapshots.list(cluster.name)).find((snapshot) => snapshot.name === name);
    return kept === undefined
      ? { state: "needed", why: text("the appliance does not have it", "本设备上没有该快照") }
      : { state: "satisfied", output: { snapshot: kept } };
  },
  async apply(context) {
    const { cluster, from, parameters, signal } = context;
    const wanted = from.salvaged.values().next().value?.snapshot.name ?? parameters.snapshot ?? "";
    const member = memberIn(parameters.snapshot);
    for (const machine of survivorsOf(cluster, parameters.dead)) {
      if (member !== undefined && machine.name !== member) continue;
      const there = await snapshotsOn(context, machine).catch((error: unknown) => {
        signal.throwIfAborted();
        if (member !== undefined) throw error;
        return [];
      });
      const snapshot = there.find(({ name }) => name === wanted);
      if (snapshot === undefined) continue;
      await fetchSnapshot(context, machine, snapshot);
      return { snapshot };
    }
    throw SlipwayError.of("SNAPSHOT_UNKNOWN", { cluster: cluster.name, snapshot: wanted });
  },
});
