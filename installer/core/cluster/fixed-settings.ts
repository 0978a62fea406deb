import type { ClusterSpec } from "../../contract/spec/cluster.ts";
import { apiEndpoint, hostPort } from "./endpoint.ts";
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

/**
 * What the spec that was applied last had otherwise, and every node's network was made by: pods would lose each other while
 * one node after the other is changed.
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
  return differing(words(cluster).map(([field, wanted]) => [field, before.get(field) ?? null, wanted]));
};
