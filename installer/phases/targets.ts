import type { ClusterSpec, MachineSpec } from "../contract/spec/cluster.ts";

/** Every machine of the spec. */
export const machineNames = (cluster: ClusterSpec): string[] => cluster.machines.map(({ name }) => name);

/** The machines that will hold a member of etcd. */
export const controlPlaneNames = (cluster: ClusterSpec): string[] =>
  cluster.machines.filter(({ roles }) => roles.includes("control-plane")).map(({ name }) => name);

/** The target of a phase that runs on machines only; anything else is a fault of the workflow. */
export const theMachine = (context: {
  readonly machine: MachineSpec | undefined;
  readonly target: string;
}): MachineSpec => {
  if (context.machine === undefined) throw new Error(`${context.target} is not a machine of the spec`);
  return context.machine;
};
