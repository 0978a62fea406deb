import { isMap, parseDocument } from "yaml";
import type { ClusterSpec } from "../../contract/spec/cluster.ts";
import { clusterSettings } from "./kubeadm.ts";
import { kubeletConfiguration } from "./kubelet.ts";
import { yamlDocuments } from "./yaml.ts";

/** ConfigMaps in which kubeadm keeps what machines that join, and upgrades, go by; and the key of the document in each. */
export const configMaps = {
  cluster: { name: "kubeadm-config", key: "ClusterConfiguration" },
  kubelet: { name: "kubelet-config", key: "kubelet" },
} as const;

type Tree = Readonly<Record<string, unknown>>;

/** Go prints 8760h as 8760h0m0s, and 90m as 1h30m0s. */
const minutes = (value: unknown): number | undefined => {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:0s)?$/.exec(String(value));
  if (match === null || (match[1] === undefined && match[2] === undefined)) return undefined;
  return Number(match[1] ?? 0) * 60 + Number(match[2] ?? 0);
};

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === "string");

const same = (live: unknown, wanted: unknown): boolean => {
  if (typeof wanted !== "object" || wanted === null) {
    const length = minutes(wanted);
    // Go leaves out what is false.
    return (live ?? false) === (wanted ?? false) || (length !== undefined && length === minutes(live));
  }
  // Lists of names and of ciphers: the order says nothing.
  if (isTexts(live) && isTexts(wanted)) return live.toSorted().join(" ") === wanted.toSorted().join(" ");
  if (typeof live !== "object" || live === null || Array.isArray(live) !== Array.isArray(wanted))
    return false;
  const [one, other] = [live as Tree, wanted as Tree];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => same(one[key], other[key]));
};

/** A value of a document and its place in it; undefined where it is not to be there. */
type Setting = readonly [path: readonly string[], value: unknown];

const clusterWanted = (cluster: ClusterSpec): readonly Setting[] => {
  const { apiServer, controllerManager, scheduler, certificateValidityPeriod } = clusterSettings(cluster);
  return [
    [["apiServer", "certSANs"], apiServer.certSANs],
    [["apiServer", "extraArgs"], apiServer.extraArgs],
    [["apiServer", "extraVolumes"], apiServer.extraVolumes],
    [["controllerManager", "extraArgs"], controllerManager.extraArgs],
    [["scheduler", "extraArgs"], scheduler.extraArgs],
    [["certificateValidityPeriod"], certificateValidityPeriod],
  ];
};

/** What the spec may leave out again, besides what it always says. */
const optional = ["systemReserved", "kubeReserved"] as const;

const kubeletWanted = (cluster: ClusterSpec): readonly Setting[] => {
  const { apiVersion, kind, ...wanted } = kubeletConfiguration(cluster);
  void apiVersion;
  void kind;
  return [
    ...Object.entries(wanted).map(([name, value]): Setting => [[name], value]),
    ...optional.flatMap((name): Setting[] => (name in wanted ? [] : [[[name], undefined]])),
  ];
};

/** How a document of the cluster differs from the spec. */
export interface Correction {
  /** Paths of what differs, for people. */
  readonly fields: readonly string[];
  readonly content: string;
}

const corrected = (live: string, wanted: readonly Setting[]): Correction | undefined => {
  const document = parseDocument(live);
  if (!isMap(document.contents)) return undefined;
  const fields: string[] = [];
  for (const [path, value] of wanted) {
    const found = document.toJS() as Tree;
    const now = path.reduce<unknown>((tree, key) => (tree as Tree | undefined)?.[key], found);
    if (same(now, value)) continue;
    fields.push(path.join("."));
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value));
  }
  return fields.length === 0 ? undefined : { fields, content: yamlDocuments([document.toJS() as object]) };
};

/**
 * Puts what the spec says into the document kubeadm keeps; undefined when it says so already or cannot be read. What
 * kubeadm filled in itself, or somebody added, stays. Pure.
 */
export const correctedCluster = (live: string, cluster: ClusterSpec): Correction | undefined =>
  corrected(live, clusterWanted(cluster));

/** The same for the configuration of kubelets. */
export const correctedKubelet = (live: string, cluster: ClusterSpec): Correction | undefined =>
  corrected(live, kubeletWanted(cluster));
