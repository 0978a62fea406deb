import type { OperationParameters } from "../../contract/parameters.ts";
import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { apiEndpoint, controlPlanesOf } from "../../core/cluster/endpoint.ts";
import type { NodeObject, NodeTaintObject, ObjectList } from "../../core/cluster/kube-objects.ts";
import { nodeLines, parseNodeLines } from "../../core/cluster/node-lines.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { StepContext } from "../../core/phase.ts";
import { kubectl, kubectlJson } from "../cluster/api.ts";
import { machineNames } from "../targets.ts";

/** What the helpers around nodes need of a step. */
export type NodeStep = Pick<
  StepContext<Record<string, never>>,
  | "machine"
  | "target"
  | "cluster"
  | "parameters"
  | "operation"
  | "ports"
  | "signal"
  | "say"
  | "waiting"
  | "progress"
>;

type Asking = Pick<NodeStep, "cluster" | "ports" | "signal">;

/** The machines an operation is about, in the order the operator named them. */
export const chosenMachines = (cluster: ClusterSpec, { machines }: OperationParameters): readonly string[] =>
  machines ?? machineNames(cluster);

/** A machine that is down must not hold up what can be asked of the others. */
const ASK_MS = 10_000;

/**
 * Waits for `work` no longer than `ms`, and rejects with STEP_TIMEOUT then. The work itself is not broken off: a login that
 * is merely slow serves the next question, and sshd shuts out those who break off many (OpenSSH's PerSourcePenalties).
 */
export const bounded = async <T>(
  { ports, signal }: Pick<NodeStep, "ports" | "signal">,
  ms: number,
  work: () => Promise<T>,
): Promise<T> => {
  const done = new AbortController();
  const expiry = ports.clock.sleep(ms, AbortSignal.any([done.signal, signal])).then(
    (): never => {
      throw SlipwayError.of("STEP_TIMEOUT", { step: "ask", seconds: ms / 1000 });
    },
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([work(), expiry]);
  } finally {
    done.abort();
  }
};

const reasons = (error: unknown): string =>
  (error instanceof AggregateError ? error.errors : [error])
    .map((one) =>
      one instanceof SlipwayError ? `${one.machine ?? ""} ${one.code}: ${one.message}` : String(one),
    )
    .join("\n");

const says = `exec curl -q --silent --insecure --fail --noproxy '*' --max-time 3 --output /dev/null "https://127.0.0.1:$1/$2"`;

const firstThatSays = (
  { cluster, ports, signal }: Asking,
  candidates: readonly MachineSpec[],
  path: "readyz" | "livez",
): Promise<MachineSpec> =>
  Promise.any(
    candidates.map((machine) =>
      bounded({ ports, signal }, ASK_MS, async () => {
        const args = [String(apiEndpoint(cluster).bindPort), path];
        await ports.remote.script(machine, says, { args, signal });
        return machine;
      }),
    ),
  );

/**
 * A control plane whose API is ready, the first to say so; on a site under load, where none says so in time, one that is
 * alive. `not` is left out where there is another, because it is about to go down. Rejects with API_UNAVAILABLE.
 */
export const answering = async (step: Asking, not?: string): Promise<MachineSpec> => {
  const all = controlPlanesOf(step.cluster);
  const others = all.filter(({ name }) => name !== not);
  const candidates = others.length > 0 ? others : all;
  try {
    return await firstThatSays(step, candidates, "readyz").catch(() =>
      firstThatSays(step, candidates, "livez"),
    );
  } catch (error) {
    step.signal.throwIfAborted();
    throw SlipwayError.of(
      "API_UNAVAILABLE",
      {
        cluster: step.cluster.name,
        machine: candidates.map(({ name }) => name).join(", "),
        problem: "no control plane is ready",
      },
      { cause: error, detail: reasons(error) },
    );
  }
};

/** Every node of the cluster, as the API knows it. */
export const allNodes = async (step: Asking, on: MachineSpec): Promise<readonly NodeObject[]> =>
  parseNodeLines((await kubectl(step, on, { args: ["get", "nodes", "--output", nodeLines] })).stdout);

/** The target's node. Rejects with NODE_MISSING. */
export const nodeOf = async (step: NodeStep, on: MachineSpec): Promise<NodeObject> => {
  const [node] = (
    await kubectlJson<ObjectList<NodeObject>>(step, on, [
      ...["get", "nodes", "--field-selector", `metadata.name=${step.target}`],
    ])
  ).items;
  if (node !== undefined) return node;
  throw SlipwayError.of(
    "NODE_MISSING",
    { cluster: step.cluster.name, machine: step.target },
    { machine: step.target },
  );
};

/** What a node is changed to: a null takes an annotation away. */
export interface NodeChange {
  readonly annotations?: Readonly<Record<string, string | null>>;
  readonly unschedulable?: boolean;
  /** All of the node's taints. */
  readonly taints?: readonly NodeTaintObject[];
}

/** Changes the target's node in one request, so that a mark never stands without what it explains. */
export const changeNode = async (
  step: NodeStep,
  on: MachineSpec,
  { annotations, unschedulable, taints }: NodeChange,
): Promise<void> => {
  const spec = {
    ...(unschedulable === undefined ? {} : { unschedulable: unschedulable ? true : null }),
    ...(taints === undefined ? {} : { taints }),
  };
  const patch = {
    ...(annotations === undefined ? {} : { metadata: { annotations } }),
    ...(Object.keys(spec).length === 0 ? {} : { spec }),
  };
  await kubectl(step, on, {
    args: ["patch", "node", step.target, "--type", "merge", "--patch", JSON.stringify(patch)],
  });
};
