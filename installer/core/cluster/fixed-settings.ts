import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { apiEndpoint, hostPort, nodeAddress } from "./endpoint.ts";
import type { MemberState } from "./member-state.ts";

/** A setting of a living cluster that a spec would change although it cannot be. */
export interface FixedSetting {
  /** Path in the spec. */
  readonly field: string;
  readonly running: string;
  readonly wanted: string;
}

const differing = (
  rows: readonly (readonly [field: string, running: string | null, wanted: string])[],
): readonly FixedSetting[] =>
  rows.flatMap(([field, running, wanted]) =>
    running === null || running === wanted ? [] : [{ field, running, wanted }],
  );

/**
 * What a machine's own files say was decided when the cluster was made, and the spec says otherwise: addresses that were
 * given to pods and services, and the name under which certificates and kubeconfigs know the API. Holds for a cluster that
 * is half made, too.
 */
export const changedOnMachine = (
  cluster: ClusterSpec,
  { settings }: Pick<MemberState, "settings">,
): readonly FixedSetting[] =>
  differing([
    ["network.pods", settings.pods, cluster.network.pods],
    ["network.services", settings.services, cluster.network.services],
    ["network.domain", settings.domain, cluster.network.domain],
    ["endpoint", settings.endpoint, hostPort(apiEndpoint(cluster))],
  ]);

const etcdPatches = ({ kubeadm }: ClusterSpec): string =>
  JSON.stringify(kubeadm.patches.filter(({ target }) => target === "etcd"));

/** Addresses and roles of machines that both specs name: kubeadm makes a member what it is once. */
const membersChanged = (cluster: ClusterSpec, applied: ClusterSpec): readonly FixedSetting[] =>
  cluster.machines.flatMap((machine) => {
    const before = applied.machines.find(({ name }) => name === machine.name);
    if (before === undefined) return [];
    const field = (name: string): string => `machines.${machine.name}.${name}`;
    const serves = ({ roles }: MachineSpec): string =>
      roles.includes("control-plane") ? "control-plane" : "worker";
    return differing([
      [field("address"), before.address, machine.address],
      [field("nodeIp"), nodeAddress(before), nodeAddress(machine)],
      [field("roles"), serves(before), serves(machine)],
    ]);
  });

/**
 * What the spec that was applied last had otherwise and a living cluster cannot follow. Every node's network was made by
 * it: pods would lose each other while one node after the other is changed. etcd's flags are those of the day its member
 * was made.
 */
export const changedSinceApplied = (
  cluster: ClusterSpec,
  applied: ClusterSpec | undefined,
): readonly FixedSetting[] => {
  if (applied === undefined) return [];
  const words = ({ network: { proxyMode, flannel, mtu } }: ClusterSpec) =>
    [
      ["network.proxyMode", proxyMode],
      ["network.flannel.backend", flannel.backend],
      ["network.mtu", mtu === undefined ? "-" : String(mtu)],
    ] as const;
  const before = new Map(words(applied));
  return [
    ...differing(words(cluster).map(([field, wanted]) => [field, before.get(field) ?? null, wanted])),
    ...differing([["kubeadm.patches (etcd)", etcdPatches(applied), etcdPatches(cluster)]]),
    ...membersChanged(cluster, applied),
  ];
};
