import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { SlipwayError } from "../contract.ts";

/** How the machines of a cluster shall change. */
export interface MachineEdit {
  /** Names of machines that leave. */
  readonly without?: readonly string[] | undefined;
  /** Machines that join. */
  readonly with?: readonly MachineSpec[] | undefined;
}

/**
 * The spec with other machines. Says nothing about whether the result makes sense: it is to be judged like one that an
 * operator wrote. Pure.
 * @throws MACHINES_UNKNOWN, MACHINES_KNOWN, LAST_CONTROL_PLANE.
 */
export const editedSpec = (cluster: ClusterSpec, edit: MachineEdit): ClusterSpec => {
  const { without = [], with: added = [] } = edit;
  const known = new Set(cluster.machines.map(({ name }) => name));
  const unknown = without.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw SlipwayError.of("MACHINES_UNKNOWN", { cluster: cluster.name, machines: unknown.join(", ") });
  }
  const staying = cluster.machines.filter(({ name }) => !without.includes(name));
  const doubled = added.filter(({ name }) => staying.some((machine) => machine.name === name));
  if (doubled.length > 0) {
    const machines = doubled.map(({ name }) => name).join(", ");
    throw SlipwayError.of("MACHINES_KNOWN", { cluster: cluster.name, machines });
  }
  const machines = [...staying, ...added];
  if (!machines.some(({ roles }) => roles.includes("control-plane"))) {
    throw SlipwayError.of("LAST_CONTROL_PLANE", { cluster: cluster.name });
  }
  return { ...cluster, machines };
};
