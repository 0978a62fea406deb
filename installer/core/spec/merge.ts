import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";

/**
 * The spec with each machine's `ssh` made complete: the cluster's section, overridden by what the machine says itself.
 * Pure; the engine keeps the result, so that a step needs only its machine. Merging twice changes nothing.
 */
export const mergeAccess = (cluster: ClusterSpec): ClusterSpec => ({
  ...cluster,
  machines: cluster.machines.map((machine): MachineSpec => ({
    ...machine,
    ssh: { ...cluster.ssh, ...machine.ssh },
  })),
});
