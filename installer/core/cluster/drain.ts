import type { DrainSettings } from "../../contract/parameters.ts";
import { selects, type BudgetObject, type PodObject } from "./kube-objects.ts";

/** Written by kubelet on the API's copy of a static pod. */
const MIRROR = "kubernetes.io/config.mirror";

/**
 * Names of volumes, separated by commas, whose loss a pod does not mind. The annotation is the cluster autoscaler's, so
 * that a workload need say it only once (kubernetes/autoscaler: cluster-autoscaler/FAQ.md).
 */
export const EXPENDABLE_VOLUMES = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";

/** Why a pod is not evicted unless the operator allows it. */
export type Objection = "local-data" | "bare";

/** What a drain does about the pods of a machine. Those left where they are stand in none of the lists. */
export interface DrainList {
  readonly evict: readonly PodObject[];
  /** Told to end already, still there. */
  readonly leaving: readonly PodObject[];
  readonly refused: readonly { readonly pod: PodObject; readonly objection: Objection }[];
}

/** `namespace/name`. */
export const podName = ({ metadata }: Pick<PodObject, "metadata">): string =>
  `${metadata.namespace ?? "default"}/${metadata.name}`;

const controllerOf = ({ metadata }: PodObject): string | undefined =>
  (metadata.ownerReferences ?? []).find(({ controller }) => controller === true)?.kind;

const isOver = ({ status }: PodObject): boolean =>
  status?.phase === "Succeeded" || status?.phase === "Failed";

const losesData = ({ metadata, spec }: PodObject): boolean => {
  const expendable = new Set((metadata.annotations?.[EXPENDABLE_VOLUMES] ?? "").split(","));
  return (spec?.volumes ?? []).some(({ name, emptyDir }) => emptyDir !== undefined && !expendable.has(name));
};

/**
 * Sorts a machine's pods as `kubectl drain` does: pods of DaemonSets would be back at once, mirrors of static pods are not
 * the API's to remove, and those that have ended hold nothing; all of them stay.
 */
export const drainList = (
  pods: readonly PodObject[],
  { loseLocalData, loseBarePods }: Pick<DrainSettings, "loseLocalData" | "loseBarePods">,
): DrainList => {
  const list = {
    evict: [] as PodObject[],
    leaving: [] as PodObject[],
    refused: [] as { pod: PodObject; objection: Objection }[],
  };
  for (const pod of pods) {
    const controller = controllerOf(pod);
    if (pod.metadata.annotations?.[MIRROR] !== undefined || controller === "DaemonSet") continue;
    if (pod.metadata.deletionTimestamp !== undefined) list.leaving.push(pod);
    else if (isOver(pod)) continue;
    else if (controller === undefined && !loseBarePods) list.refused.push({ pod, objection: "bare" });
    else if (losesData(pod) && !loseLocalData) list.refused.push({ pod, objection: "local-data" });
    else list.evict.push(pod);
  }
  return list;
};

/** How the API answered an eviction. `gone`: that very pod is there no more. */
export type EvictionAnswer =
  | { readonly kind: "accepted" }
  | { readonly kind: "gone" }
  | { readonly kind: "blocked"; readonly problem: string };

/** Reads what `kubectl create --raw .../eviction` ended with. */
export const evictionAnswer = (code: number, stderr: string): EvictionAnswer => {
  if (code === 0) return { kind: "accepted" };
  if (/\((NotFound|Conflict)\)/.test(stderr)) return { kind: "gone" };
  return {
    kind: "blocked",
    problem: (stderr.trim().split("\n")[0] ?? "").replace(/^Error from server /, ""),
  };
};

/** A pod that may not leave yet, and the budgets that hold it; without any, `problem` is the API's own reason. */
export interface Blocker {
  readonly pod: string;
  readonly problem: string;
  readonly budgets: readonly {
    readonly name: string;
    readonly allowed: number;
    readonly healthy: number;
    readonly required: number;
  }[];
}

/** Says of a refused eviction which budgets cover the pod and how far they are from allowing it. */
export const blockerOf = (pod: PodObject, problem: string, budgets: readonly BudgetObject[]): Blocker => ({
  pod: podName(pod),
  problem,
  budgets: budgets
    .filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.metadata.namespace && selects(spec?.selector, pod.metadata.labels),
    )
    .map(({ metadata, status }) => ({
      name: metadata.name,
      allowed: status?.disruptionsAllowed ?? 0,
      healthy: status?.currentHealthy ?? 0,
      required: status?.desiredHealthy ?? 0,
    })),
});

/** A blocker in one line that reads the same in every language: pod, budget, and its figures. */
export const blockerLine = ({ pod, budgets, problem }: Blocker): string =>
  budgets.length === 0
    ? `${pod} [${problem}]`
    : `${pod} [${budgets
        .map(
          ({ name, allowed, healthy, required }) =>
            `PodDisruptionBudget ${name}: allowed=${allowed} healthy=${healthy} required=${required}`,
        )
        .join("; ")}]`;
