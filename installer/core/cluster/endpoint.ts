import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";

/** Where the API answers, and on which port each API server listens. */
export interface ApiEndpoint {
  readonly kind: "virtual-ip" | "load-balancer" | "machine";
  readonly host: string;
  readonly port: number;
  /** Port of every API server itself. */
  readonly bindPort: number;
}

/** Port of an API server behind a load balancer, which may have another one in front. */
const BEHIND_BALANCER = 6443;

/** The address by which a machine serves the cluster itself: kubelet, etcd and API server. */
export const nodeAddress = ({ nodeIp, address }: Pick<MachineSpec, "nodeIp" | "address">): string =>
  nodeIp ?? address;

/** The machines that serve the API, in the spec's order. */
export const controlPlanesOf = (cluster: ClusterSpec): readonly MachineSpec[] =>
  cluster.machines.filter(({ roles }) => roles.includes("control-plane"));

/** The machine on which a new cluster begins. A spec without control planes is refused before this is asked. */
export const founderOf = (cluster: ClusterSpec): MachineSpec => {
  const [first] = controlPlanesOf(cluster);
  if (first === undefined) throw new Error(`${cluster.name} has no control plane`);
  return first;
};

/** Where the cluster's API answers. */
export const apiEndpoint = (cluster: ClusterSpec): ApiEndpoint => {
  const { virtualIp, loadBalancer, port } = cluster.endpoint;
  if (virtualIp !== undefined) return { kind: "virtual-ip", host: virtualIp, port, bindPort: port };
  if (loadBalancer !== undefined) {
    return { kind: "load-balancer", host: loadBalancer, port, bindPort: BEHIND_BALANCER };
  }
  return { kind: "machine", host: founderOf(cluster).address, port, bindPort: port };
};

/** `host:port`, as kubeadm takes it. */
export const hostPort = ({ host, port }: Pick<ApiEndpoint, "host" | "port">): string => `${host}:${port}`;

/** Every name and address under which an API server is called, each once. */
export const apiServerNames = (cluster: ClusterSpec): readonly string[] => [
  ...new Set([
    apiEndpoint(cluster).host,
    ...controlPlanesOf(cluster).flatMap((machine) => [machine.address, nodeAddress(machine), machine.name]),
    "127.0.0.1",
    "localhost",
  ]),
];

/** The taint that keeps ordinary pods off machines that only serve the API. */
export const controlPlaneTaint = {
  key: "node-role.kubernetes.io/control-plane",
  value: "",
  effect: "NoSchedule",
} as const;

/** Taint of a Kubernetes node. */
export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/**
 * Taints that a machine is registered with: the spec's, else those of its role. A control plane takes ordinary pods when
 * it is a worker too, or when the cluster has no worker at all.
 */
export const taintsOf = (cluster: ClusterSpec, machine: MachineSpec): readonly Taint[] => {
  if (machine.taints !== undefined) return machine.taints;
  const serves =
    machine.roles.includes("worker") || !cluster.machines.some(({ roles }) => roles.includes("worker"));
  return serves ? [] : [controlPlaneTaint];
};
