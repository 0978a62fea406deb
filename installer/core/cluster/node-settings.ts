import * as z from "zod";
import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { jsonOf } from "../inventory/numbers.ts";
import { controlPlaneTaint, taintsOf } from "./endpoint.ts";
import type { NodeTaintObject } from "./kube-objects.ts";

/** The annotation that lists which labels and taints of a node Slipway has set: all others are somebody else's. */
export const OWNED = "slipway.io/owned";

const Owned = z.object({ labels: z.array(z.string()), taints: z.array(z.string()) });

/** A node's labels and taints, and what of them is Slipway's. */
export interface NodeSettings {
  readonly name: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaintObject[];
  /** Value of the annotation `OWNED`; undefined on a node that Slipway has not labelled yet. */
  readonly owned: string | undefined;
}

/** What a machine's node is to carry by the spec: labels of its roles and its own, taints of its roles or its own. */
export interface WantedSettings {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaintObject[];
}

const WORKER_LABEL = "node-role.kubernetes.io/worker";

/** What the spec wants of a machine's node. The label of control planes is kubeadm's. */
export const wantedSettings = (cluster: ClusterSpec, machine: MachineSpec): WantedSettings => ({
  labels: { ...(machine.roles.includes("worker") ? { [WORKER_LABEL]: "" } : {}), ...machine.labels },
  taints: taintsOf(cluster, machine),
});

/** A JSON merge patch (RFC 7396) of a node: a null takes a label away. */
export interface NodePatch {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly labels: Readonly<Record<string, string | null>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly taints: readonly NodeTaintObject[] };
}

/** A taint is one of its key and effect; the value is what may change. */
const taintId = ({ key, effect }: NodeTaintObject): string => `${key}:${effect}`;

const ownedBy = ({ owned }: NodeSettings): z.output<typeof Owned> =>
  // kubeadm registers a control plane with its taint on Slipway's behalf.
  Owned.safeParse(jsonOf(owned ?? "")).data ?? { labels: [], taints: [taintId(controlPlaneTaint)] };

/**
 * What makes a node carry what the spec wants, or undefined when it does. Labels and taints that the spec no longer names go
 * if they were Slipway's; those of others stay, and one that the spec names becomes Slipway's. The patch holds for the
 * version of the node that was seen: taints are one list, which the node's controllers write too.
 */
export const nodePatch = (node: NodeSettings, wanted: WantedSettings): NodePatch | undefined => {
  const before = ownedBy(node);
  const labels: Record<string, string | null> = {};
  for (const key of before.labels)
    if (wanted.labels[key] === undefined && key in node.labels) labels[key] = null;
  for (const [key, value] of Object.entries(wanted.labels))
    if (node.labels[key] !== value) labels[key] = value;
  const ours = new Set([...before.taints, ...wanted.taints.map(taintId)]);
  const taints = [...node.taints.filter((taint) => !ours.has(taintId(taint))), ...wanted.taints];
  const form = (list: readonly NodeTaintObject[]): string =>
    JSON.stringify(list.map((taint) => `${taintId(taint)}=${taint.value ?? ""}`).toSorted());
  const tainted = form(taints) !== form(node.taints);
  const owned = JSON.stringify({
    labels: Object.keys(wanted.labels).toSorted(),
    taints: wanted.taints.map(taintId).toSorted(),
  });
  if (Object.keys(labels).length === 0 && !tainted && owned === node.owned) return undefined;
  return {
    metadata: { resourceVersion: node.resourceVersion, labels, annotations: { [OWNED]: owned } },
    ...(tainted ? { spec: { taints } } : {}),
  };
};

/** Labels and taints of every node, a line each. */
export const settingLines = `jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.metadata.resourceVersion}{"\\t"}{.metadata.labels}{"\\t"}{.spec.taints}{"\\t"}{.metadata.annotations.${OWNED.replace(".", "\\.")}}{"\\n"}{end}`;

const Labels = z.record(z.string(), z.string());
const Taints = z.array(z.object({ key: z.string(), value: z.string().optional(), effect: z.string() }));

/** Reads what kubectl printed for `settingLines`. */
export const parseSettingLines = (output: string): readonly NodeSettings[] =>
  output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", resourceVersion = "", labels = "", taints = "", owned = ""] = line.split("\t");
      return {
        name,
        resourceVersion,
        labels: Labels.safeParse(jsonOf(labels)).data ?? {},
        taints: (Taints.safeParse(jsonOf(taints)).data ?? []).map(({ key, value, effect }) => ({
          key,
          effect,
          ...(value === undefined ? {} : { value }),
        })),
        owned: owned === "" ? undefined : owned,
      };
    });
