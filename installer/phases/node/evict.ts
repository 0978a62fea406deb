import { DrainSettings } from "../../contract/parameters.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { text } from "../../contract/text.ts";
import {
  blockerLine,
  blockerOf,
  drainList,
  evictionAnswer,
  podName,
  type Blocker,
  type DrainList,
} from "../../core/cluster/drain.ts";
import type { BudgetObject, ObjectList, PodObject } from "../../core/cluster/kube-objects.ts";
import { SlipwayError } from "../../core/contract.ts";
import { kubectl, kubectlJson } from "../cluster/api.ts";
import type { NodeStep } from "./ask.ts";

/** Evictions asked for at once: each is a process on a control plane. */
const AT_ONCE = 4;
/** A budget changes when another pod has become ready elsewhere, which takes seconds. */
const BLOCKED_PAUSE_MS = 5_000;
const PAUSE_MS = 1_000;
/** An error names a few pods; the step's log has them all. */
const NAMED = 5;

/** How the drain of this operation is to be done. */
export const drainSettings = ({ parameters }: Pick<NodeStep, "parameters">): DrainSettings =>
  parameters.drain ?? DrainSettings.parse({});

/** What is to be done about the pods of the target. */
export const podsToLeave = async (step: NodeStep, on: MachineSpec): Promise<DrainList> => {
  const { items } = await kubectlJson<ObjectList<PodObject>>(step, on, [
    ...["get", "pods", "--all-namespaces", "--field-selector", `spec.nodeName=${step.target}`],
  ]);
  return drainList(items, drainSettings(step));
};

/** True when nothing is left on the machine that a drain would have taken away. */
export const isEmpty = ({ evict, leaving, refused }: DrainList): boolean =>
  evict.length + leaving.length + refused.length === 0;

/** @throws DRAIN_REFUSED when a pod or its data would be lost that the operator has not given up. */
export const assertMayLeave = ({ target }: Pick<NodeStep, "target">, { refused }: DrainList): void => {
  if (refused.length === 0) return;
  const lines = refused.map(
    ({ pod, objection }) => `${podName(pod)} [${objection === "bare" ? "bare" : "data"}]`,
  );
  throw SlipwayError.of(
    "DRAIN_REFUSED",
    { machine: target, pods: shortened(lines) },
    { machine: target, detail: lines.join("\n") },
  );
};

const shortened = (lines: readonly string[]): string =>
  lines.length <= NAMED ? lines.join(", ") : `${lines.slice(0, NAMED).join(", ")}, … (${lines.length})`;

const evict = async (
  step: NodeStep,
  on: MachineSpec,
  { metadata }: PodObject,
): Promise<ReturnType<typeof evictionAnswer>> => {
  const { name, namespace = "default", uid } = metadata;
  const { code, stderr } = await kubectl(step, on, {
    args: ["create", "--raw", `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, "--filename", "-"],
    // The uid keeps a pod of a StatefulSet that has come back under its old name out of this.
    stdin: JSON.stringify({
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name, namespace },
      deleteOptions: { preconditions: { uid } },
    }),
    expect: [0, 1],
  });
  return evictionAnswer(code, stderr);
};

/** Asks for every eviction, a few at a time; resolves with the pods that may not leave yet. */
const evictAll = async (
  step: NodeStep,
  on: MachineSpec,
  pods: readonly PodObject[],
): Promise<readonly { readonly pod: PodObject; readonly problem: string }[]> => {
  const queue = [...pods];
  const refused: { pod: PodObject; problem: string }[] = [];
  const work = async (): Promise<void> => {
    for (let pod = queue.shift(); pod !== undefined; pod = queue.shift()) {
      const answer = await evict(step, on, pod);
      if (answer.kind === "blocked") refused.push({ pod, problem: answer.problem });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return refused;
};

const blockersOf = async (
  step: NodeStep,
  on: MachineSpec,
  refused: Awaited<ReturnType<typeof evictAll>>,
): Promise<readonly Blocker[]> => {
  if (refused.length === 0) return [];
  const { items } = await kubectlJson<ObjectList<BudgetObject>>(step, on, [
    ...["get", "poddisruptionbudgets", "--all-namespaces"],
  ]);
  return refused.map(({ pod, problem }) => blockerOf(pod, problem, items));
};

/** Tells each blocker once, and again when its figures have changed. */
const teller = (step: NodeStep): ((blockers: readonly Blocker[]) => void) => {
  const told = new Map<string, string>();
  return (blockers) => {
    for (const blocker of blockers) {
      const line = blockerLine(blocker);
      if (told.get(blocker.pod) === line) continue;
      told.set(blocker.pod, line);
      step.say(text(`may not leave yet: ${line}`, `暂不能驱逐：${line}`));
    }
  };
};

const blocked = (step: NodeStep, list: DrainList, blockers: readonly Blocker[]): SlipwayError => {
  const held = new Map(blockers.map((blocker) => [blocker.pod, blockerLine(blocker)]));
  const lines = [
    ...list.evict.map((pod) => held.get(podName(pod)) ?? podName(pod)),
    ...list.leaving.map(
      (pod) => `${podName(pod)} [terminating since ${pod.metadata.deletionTimestamp ?? "?"}]`,
    ),
  ];
  return SlipwayError.of(
    "DRAIN_BLOCKED",
    {
      machine: step.target,
      count: lines.length,
      seconds: drainSettings(step).timeoutSeconds,
      pods: shortened(lines),
    },
    { machine: step.target, detail: lines.join("\n") },
  );
};

/**
 * Empties the target, which takes no new pods any more: every pod is asked to leave through the eviction API, which keeps
 * PodDisruptionBudgets, and the drain ends when the last one has gone. Resolves with how many left. Rejects with
 * DRAIN_REFUSED, or DRAIN_BLOCKED which says for each pod left what holds it.
 */
export const emptyMachine = async (step: NodeStep, on: MachineSpec): Promise<number> => {
  const { clock } = step.ports;
  const deadline = clock.monotonic() + drainSettings(step).timeoutSeconds * 1000;
  const tell = teller(step);
  const seen = new Set<string>();
  let told = 0;
  for (;;) {
    const list = await podsToLeave(step, on);
    assertMayLeave(step, list);
    for (const { metadata } of [...list.evict, ...list.leaving]) seen.add(metadata.uid);
    const left = list.evict.length + list.leaving.length;
    step.progress(seen.size - left, seen.size, "items");
    if (left === 0) return seen.size;
    const blockers = await blockersOf(step, on, await evictAll(step, on, list.evict));
    tell(blockers);
    if (clock.monotonic() >= deadline) throw blocked(step, list, blockers);
    if (left !== told) step.waiting(text(`${left} pod(s) to leave`, `${left} 个 Pod 离开`));
    told = left;
    const stuck = list.leaving.length === 0 && blockers.length === list.evict.length;
    const pause = stuck ? BLOCKED_PAUSE_MS : PAUSE_MS;
    await clock.sleep(Math.max(0, Math.min(pause, deadline - clock.monotonic())), step.signal);
  }
};
