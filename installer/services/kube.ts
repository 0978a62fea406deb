import { stringify } from "yaml";
import type { LogRequest } from "../contract/api/kube.ts";
import { isCode } from "../contract/errors/index.ts";
import type { KubeChange, KubeKind, WorkloadKind } from "../contract/kube.ts";
import { listPath, objectPath, rowId, rowOf } from "../core/cluster/kube-rows.ts";
import type { Clock } from "../core/ports/index.ts";
import type { KubeAccess, KubeApi, KubeList } from "../core/ports/kube.ts";
import type { ClusterCare } from "./cluster-care.ts";

/** One object of a cluster. */
export interface ObjectName {
  readonly cluster: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** What is seen of a cluster and changed in it, through its own API. Unknown clusters reject with CLUSTER_UNKNOWN. */
export interface KubeService {
  /** The list, then every change, until the signal aborts. */
  watch(
    cluster: string,
    kind: KubeKind,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<KubeChange, void, void>>;
  yaml(kind: KubeKind, of: ObjectName, signal: AbortSignal): Promise<string>;
  logs(request: LogRequest, signal: AbortSignal): Promise<AsyncGenerator<{ text: string }, void, void>>;
  scale(
    kind: WorkloadKind,
    of: ObjectName,
    change: { readonly replicas: number; readonly signal: AbortSignal },
  ): Promise<void>;
  restart(kind: WorkloadKind, of: ObjectName, signal: AbortSignal): Promise<void>;
  cordon(node: ObjectName, pods: "refuse" | "take", signal: AbortSignal): Promise<void>;
}

/** An API to ask, and who knows how to reach it. */
export interface KubeParts {
  readonly api: KubeApi;
  readonly care: Pick<ClusterCare, "kubeconfig">;
  readonly clock: Pick<Clock, "now">;
}

/** `kubectl rollout restart` writes the same. */
const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

/** Asks through one API for all clusters. */
export const createKube = ({ api, care, clock }: KubeParts): KubeService => {
  const accessTo = async (cluster: string): Promise<KubeAccess> => ({
    cluster,
    kubeconfig: await care.kubeconfig(cluster),
  });
  const patch = async (
    kind: KubeKind,
    of: ObjectName,
    change: { readonly patch: unknown; readonly signal: AbortSignal },
  ): Promise<void> => api.patch(await accessTo(of.cluster), objectPath(kind, of), change);
  return {
    async watch(cluster, kind, signal) {
      const access = await accessTo(cluster);
      // Asked here, so that a cluster that does not answer is an error of the call.
      const first = await api.list(access, listPath(kind), signal);
      return changes({ api, access, kind, signal }, first);
    },
    async yaml(kind, of, signal) {
      const object = await api.get(await accessTo(of.cluster), objectPath(kind, of), signal);
      const { metadata, ...rest } = object as { metadata?: Readonly<Record<string, unknown>> };
      const { managedFields: _, ...shown } = metadata ?? {};
      return stringify({ metadata: shown, ...rest });
    },
    async logs({ cluster, namespace, pod, container, follow, previous, lines }, signal) {
      const query = new URLSearchParams({
        tailLines: String(lines),
        ...(container === undefined ? {} : { container }),
        ...(follow === "yes" ? { follow: "true" } : {}),
        ...(previous === "yes" ? { previous: "true" } : {}),
      });
      const path = `${objectPath("pods", { namespace, name: pod })}/log?${query.toString()}`;
      return pieces(api.text(await accessTo(cluster), path, signal));
    },
    scale: (kind, of, { replicas, signal }) => patch(kind, of, { patch: { spec: { replicas } }, signal }),
    restart(kind, of, signal) {
      const annotations = { [RESTARTED_AT]: new Date(clock.now()).toISOString() };
      return patch(kind, of, { patch: { spec: { template: { metadata: { annotations } } } }, signal });
    },
    cordon: (node, pods, signal) =>
      patch("nodes", node, { patch: { spec: { unschedulable: pods === "refuse" } }, signal }),
  };
};

interface Watched {
  readonly api: KubeApi;
  readonly access: KubeAccess;
  readonly kind: KubeKind;
  readonly signal: AbortSignal;
}

/** The API ends watches by itself, and forgets old versions of a list: then it is asked anew. */
async function* changes(
  { api, access, kind, signal }: Watched,
  first: KubeList,
): AsyncGenerator<KubeChange, void, void> {
  let list: KubeList | undefined = first;
  let version = "";
  while (!signal.aborted) {
    if (list !== undefined) {
      yield { kind: "all", rows: list.items.map((item) => rowOf(kind, item)) };
      version = list.resourceVersion;
      list = undefined;
    }
    const query = `?watch=true&allowWatchBookmarks=true&resourceVersion=${version}`;
    let isOld = false;
    try {
      for await (const { type, object } of api.watch(access, listPath(kind) + query, signal)) {
        if (type === "ERROR") {
          isOld = true;
          break;
        }
        version = object.metadata?.resourceVersion ?? version;
        if (type === "DELETED") yield { kind: "gone", id: rowId(object) };
        else if (type !== "BOOKMARK") yield { kind: "set", row: rowOf(kind, object) };
      }
    } catch (error) {
      if (!isCode(error, "KUBE_API_SILENT") && !isCode(error, "KUBE_API_REFUSED")) throw error;
      isOld = true;
    }
    if (isOld && !signal.aborted) list = await api.list(access, listPath(kind), signal);
  }
}

async function* pieces(text: AsyncIterable<string>): AsyncGenerator<{ text: string }, void, void> {
  for await (const piece of text) yield { text: piece };
}
