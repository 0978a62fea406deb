import * as z from "zod";
import { text } from "../../contract/text.ts";
import { Snapshot } from "../../core/cluster/etcd-snapshot.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase } from "../../core/phase.ts";

/** Lists the snapshots of the cluster that the appliance keeps. */
export const listKept = definePhase({
  id: "etcd.kept",
  title: text("List the appliance's snapshots", "列出本设备上的快照"),
  needs: {},
  output: z.object({ snapshots: z.array(Snapshot) }),
  effect: "reads",
  timeoutMs: 60_000,
  on: () => [APPLIANCE],
  async probe({ cluster, ports }) {
    return { state: "satisfied", output: { snapshots: [...(await ports.snapshots.list(cluster.name))] } };
  },
});
