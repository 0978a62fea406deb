import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { statusCluster } from "../phases/status/cluster.ts";
import { statusMachine } from "../phases/status/machine.ts";

/** Looks at every machine and at the API, and changes nothing. `clusters.status` runs it without an operation. */
export const status: Workflow = {
  id: "status",
  title: text("Look at the cluster", "查看集群状态"),
  phases: [statusMachine, statusCluster],
};

export { statusCluster, statusMachine };
