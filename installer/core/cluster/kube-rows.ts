import type { KubeKind, KubeRow } from "../../contract/kube.ts";
import type { KubeObject } from "../ports/kube.ts";

/** Where a kind stands in the API; events are those of the core group. */
const places: Readonly<Record<KubeKind, { readonly root: string; readonly isNamespaced: boolean }>> = {
  nodes: { root: "/api/v1", isNamespaced: false },
  pods: { root: "/api/v1", isNamespaced: true },
  events: { root: "/api/v1", isNamespaced: true },
  deployments: { root: "/apis/apps/v1", isNamespaced: true },
  statefulsets: { root: "/apis/apps/v1", isNamespaced: true },
  daemonsets: { root: "/apis/apps/v1", isNamespaced: true },
};

/** Path of all objects of a kind. */
export const listPath = (kind: KubeKind): string => `${places[kind].root}/${kind}`;

/** Path of one object. The names must have been checked: nothing is escaped here. */
export const objectPath = (
  kind: KubeKind,
  { namespace, name }: { readonly namespace?: string | undefined; readonly name: string },
): string => {
  const { root, isNamespaced } = places[kind];
  return isNamespaced
    ? `${root}/namespaces/${namespace ?? "default"}/${kind}/${name}`
    : `${root}/${kind}/${name}`;
};

/** What a row says besides what all rows say. */
type Told = Omit<KubeRow, "id" | "namespace" | "name" | "createdAt">;

/** One object as a row of its list. */
export const rowOf = (kind: KubeKind, object: KubeObject): KubeRow => {
  const { name = "", namespace = "", creationTimestamp } = object.metadata ?? {};
  return {
    id: rowId(object),
    namespace,
    name,
    createdAt: Date.parse(creationTimestamp ?? "") || 0,
    ...tellers[kind](object),
  };
};

/** What an object is known by among those of its kind. */
export const rowId = ({ metadata = {} }: KubeObject): string =>
  `${metadata.namespace ?? ""}/${metadata.name ?? ""}`;

interface Condition {
  readonly type?: string;
  readonly status?: string;
}

const conditionsOf = (object: KubeObject): readonly Condition[] =>
  (object["status"] as { readonly conditions?: readonly Condition[] } | undefined)?.conditions ?? [];

const nodeRow = (object: KubeObject): Told => {
  const { unschedulable } = (object["spec"] ?? {}) as { readonly unschedulable?: boolean };
  const { nodeInfo } = (object["status"] ?? {}) as {
    readonly nodeInfo?: { readonly kubeletVersion?: string };
  };
  const ready = conditionsOf(object).find(({ type }) => type === "Ready")?.status;
  const pressed = conditionsOf(object).filter(({ type, status }) => type !== "Ready" && status === "True");
  const words = [
    ready === "True" ? "Ready" : ready === "False" ? "NotReady" : "Unknown",
    ...pressed.map(({ type = "" }) => type),
    ...(unschedulable === true ? ["SchedulingDisabled"] : []),
  ];
  return {
    tone: ready !== "True" ? "bad" : pressed.length > 0 || unschedulable === true ? "warn" : "ok",
    state: words.join(", "),
    ...(nodeInfo?.kubeletVersion === undefined ? {} : { version: nodeInfo.kubeletVersion }),
    ...(unschedulable === true ? { cordoned: true } : {}),
  };
};

interface ContainerState {
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string };
    readonly terminated?: { readonly reason?: string };
  };
}

const podRow = (object: KubeObject): Told => {
  const { nodeName, containers = [] } = (object["spec"] ?? {}) as {
    readonly nodeName?: string;
    readonly containers?: readonly { readonly name: string }[];
  };
  const {
    phase = "Unknown",
    reason,
    containerStatuses = [],
    initContainerStatuses = [],
  } = (object["status"] ?? {}) as {
    readonly phase?: string;
    readonly reason?: string;
    readonly containerStatuses?: readonly ContainerState[];
    readonly initContainerStatuses?: readonly ContainerState[];
  };
  const isEnding = object.metadata !== undefined && "deletionTimestamp" in object.metadata;
  const troubled = [...initContainerStatuses, ...containerStatuses]
    .map(({ state }) => state?.waiting?.reason ?? state?.terminated?.reason)
    .find((word) => word !== undefined && word !== "Completed" && word !== "PodInitializing");
  const ready = containerStatuses.filter((status) => status.ready === true).length;
  const state = isEnding ? "Terminating" : (reason ?? troubled ?? phase);
  return {
    state,
    tone: podTone({ state, phase, isReady: ready === containers.length }),
    ready,
    wanted: containers.length,
    restarts: containerStatuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    containers: containers.map(({ name }) => name),
    ...(nodeName === undefined ? {} : { node: nodeName }),
  };
};

const podTone = ({
  state,
  phase,
  isReady,
}: {
  readonly state: string;
  readonly phase: string;
  readonly isReady: boolean;
}): KubeRow["tone"] => {
  if (phase === "Succeeded") return "off";
  if (state === "Running") return isReady ? "ok" : "warn";
  return state === "Pending" || state === "Terminating" || state === "ContainerCreating" ? "busy" : "bad";
};

const workloadRow = (object: KubeObject): Told => {
  const { replicas } = (object["spec"] ?? {}) as { readonly replicas?: number };
  const status = (object["status"] ?? {}) as Readonly<Record<string, number | undefined>>;
  // Daemon sets count by nodes.
  const wanted = replicas ?? status["desiredNumberScheduled"] ?? 0;
  const ready = status["readyReplicas"] ?? status["numberReady"] ?? 0;
  const updated = status["updatedReplicas"] ?? status["updatedNumberScheduled"] ?? 0;
  const state =
    wanted === 0
      ? "Stopped"
      : ready >= wanted
        ? updated >= wanted
          ? "Available"
          : "Updating"
        : "Progressing";
  return {
    ready,
    wanted,
    state,
    tone: wanted === 0 ? "off" : state === "Available" ? "ok" : ready === 0 ? "bad" : "busy",
  };
};

const eventRow = (object: KubeObject): Told => {
  const {
    type,
    reason = "",
    message = "",
    count,
    involvedObject,
    series,
  } = object as {
    readonly type?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly count?: number;
    readonly involvedObject?: { readonly kind?: string; readonly name?: string };
    readonly series?: { readonly count?: number };
  };
  return {
    tone: type === "Warning" ? "warn" : "off",
    state: reason,
    message,
    count: series?.count ?? count ?? 1,
    object: `${involvedObject?.kind ?? ""}/${involvedObject?.name ?? ""}`,
  };
};

const tellers: Readonly<Record<KubeKind, (object: KubeObject) => Told>> = {
  nodes: nodeRow,
  pods: podRow,
  events: eventRow,
  deployments: workloadRow,
  statefulsets: workloadRow,
  daemonsets: workloadRow,
};
