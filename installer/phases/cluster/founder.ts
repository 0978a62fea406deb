import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { SlipwayError } from "../../core/contract.ts";

/** The control plane whose API the cluster's own steps ask, as `control-plane.start` or `control-plane.init` found it. */
export const askedMachine = (
  cluster: ClusterSpec,
  found: ReadonlyMap<string, { readonly machine: string }>,
): MachineSpec => {
  const [first] = found.values();
  const machine = cluster.machines.find(({ name }) => name === first?.machine);
  if (machine !== undefined) return machine;
  throw SlipwayError.of("API_UNAVAILABLE", {
    cluster: cluster.name,
    machine: first?.machine ?? "?",
    problem: "its control plane was left out",
  });
};
