import * as z from "zod";
import { text } from "../../contract/text.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { SlipwayError } from "../../core/contract.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import { kubectl } from "../cluster/api.ts";
import { departingNames } from "./targets.ts";
import { survivor } from "./survivor.ts";

/** How long evictions may be refused when nothing is said. */
const DRAIN_SECONDS = 600;

type Step = Pick<
  StepContext<Record<string, never>>,
  "machine" | "target" | "cluster" | "ports" | "signal" | "parameters"
>;

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly status?: { readonly phase?: string };
}

/** Pods that have to go elsewhere: not those of the machine itself or of a DaemonSet, nor what has ended. */
export const movable = (pods: readonly Pod[]): readonly Pod[] =>
  pods.filter(
    ({ metadata, status }) =>
      metadata.annotations?.["kubernetes.io/config.mirror"] === undefined &&
      metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet") !== true &&
      status?.phase !== "Succeeded" &&
      status?.phase !== "Failed",
  );

/** What the API knows of the machine: nothing, or whether pods may come and which have to go. */
const nodeState = async (
  context: Step,
  on: MachineSpec,
): Promise<{ readonly cordoned: boolean; readonly pods: readonly Pod[] } | undefined> => {
  const { stdout } = await kubectl(context, on, {
    args: ["get", "node", context.target, "--ignore-not-found", "--output", "json"],
  });
  if (stdout.trim() === "") return undefined;
  const node = JSON.parse(stdout) as { spec: { unschedulable?: boolean } };
  const list = await kubectl(context, on, {
    args: [
      ...["get", "pods", "--all-namespaces", "--output", "json"],
      ...["--field-selector", `spec.nodeName=${context.target}`],
    ],
  });
  const { items } = JSON.parse(list.stdout) as { items: readonly Pod[] };
  return { cordoned: node.spec.unschedulable === true, pods: movable(items) };
};

/** Moves the pods of a machine away before it leaves. On a dead one there is nothing to move: its pods go with its node. */
export const leaveDrain = definePhase({
  id: "leave.drain",
  title: text("Move pods away", "迁走 Pod"),
  needs: {},
  output: z.object({ moved: z.array(z.string()).describe("Pods that had to go, as NAMESPACE/NAME") }),
  effect: "destroys",
  timeoutMs: 25 * 3600_000,
  on: (_, parameters) => departingNames(parameters),
  async probe(context) {
    if (context.parameters.dead?.includes(context.target) === true) {
      return { state: "satisfied", output: { moved: [] } };
    }
    const state = await nodeState(context, await survivor(context));
    if (state === undefined || (state.cordoned && state.pods.length === 0)) {
      return { state: "satisfied", output: { moved: [] } };
    }
    const count = state.pods.length;
    return {
      state: "needed",
      why: text(`${count} pods have to go elsewhere`, `有 ${count} 个 Pod 需要迁移到其他机器`),
      loss: text(
        "what its pods keep in emptyDir volumes, and pods that nothing creates again",
        "其 Pod 保存在 emptyDir 卷中的数据，以及没有控制器会重建的 Pod",
      ),
    };
  },
  async apply(context) {
    const { target, parameters, waiting } = context;
    const on = await survivor(context);
    const before = await nodeState(context, on);
    if (before === undefined) return { moved: [] };
    const seconds = parameters.drain?.timeoutSeconds ?? DRAIN_SECONDS;
    waiting(
      text(
        `pods to leave ${target}, for up to ${seconds} seconds`,
        `等待 Pod 离开 ${target}，最长 ${seconds} 秒`,
      ),
    );
    const { code, stdout, stderr } = await kubectl(context, on, {
      args: [
        ...["drain", target, "--ignore-daemonsets", "--delete-emptydir-data", "--force"],
        ...[`--timeout=${seconds}s`, "--request-timeout=0"],
      ],
      expect: [0, 1],
    });
    if (code === 0) {
      return { moved: before.pods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`) };
    }
    const left = (await nodeState(context, on))?.pods ?? [];
    const names = left.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(", ");
    throw SlipwayError.of(
      "LEAVE_DRAIN_BLOCKED",
      { machine: target, problem: names || (stderr.trim().split("\n").at(-1) ?? "") },
      { machine: target, detail: `${stdout}\n${stderr}` },
    );
  },
});
