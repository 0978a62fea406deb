import type { MachineHealth } from "../../contract/cluster-status.ts";
import type { Localized } from "../../contract/text.ts";
import { apiEndpoint } from "../../core/cluster/endpoint.ts";
import { hasCondition } from "../../core/cluster/kube-objects.ts";
import { SlipwayError, text } from "../../core/contract.ts";
import { theMachine } from "../targets.ts";
import { answering, nodeOf, type NodeStep } from "./ask.ts";
import { askHealth } from "./health.ts";

/** Servers take minutes until their firmware lets an operating system start. */
const BACK_MS = 20 * 60_000;
const PAUSE_MS = 1_500;

/** What a machine is waited for. */
export interface Return {
  /** Boot that must be over, when the machine goes down first. */
  readonly notBoot?: string;
  /** Index of etcd's log, from a member that stayed, which this one must have applied. */
  readonly raftIndex?: number;
  /** Default: 20 minutes. */
  readonly withinMs?: number;
}

/** What is still missing on a machine that answers, or undefined when all of it is back. Pure. */
export const missing = (
  health: MachineHealth,
  { virtualIp, raftIndex = 0 }: { readonly virtualIp: boolean; readonly raftIndex?: number },
): Localized | undefined => {
  if (health.containerd !== "active") return text("containerd to run", "containerd 启动");
  if (health.kubelet !== "active") return text("kubelet to run", "kubelet 启动");
  const { controlPlane } = health;
  if (controlPlane === null) return undefined;
  if (!controlPlane.registry) return text("its registry to answer", "镜像仓库响应");
  if (controlPlane.etcd === null || !controlPlane.etcd.healthy) {
    return text("etcd to be healthy", "etcd 恢复健康");
  }
  if (controlPlane.etcd.appliedIndex < raftIndex) {
    return text("etcd to catch up", "etcd 追上最新数据");
  }
  if (!controlPlane.ready) return text("the API server to be ready", "API 服务就绪");
  if (!controlPlane.scheduler) return text("the scheduler to answer", "调度器响应");
  if (!controlPlane.controllerManager) {
    return text("the controller manager to answer", "控制器管理器响应");
  }
  return virtualIp && controlPlane.endpoint !== "active"
    ? text("keepalived to run", "keepalived 启动")
    : undefined;
};

/** What the machine is still waited for, or its boot when it is wholly back. */
const look = async (step: NodeStep, wanted: Return): Promise<{ bootId: string } | { lacks: Localized }> => {
  let health: MachineHealth;
  try {
    health = await askHealth(step, theMachine(step));
  } catch {
    step.signal.throwIfAborted();
    return { lacks: text("the machine to answer", "机器响应") };
  }
  if (health.bootId === wanted.notBoot) return { lacks: text("the machine to go down", "机器停机") };
  const virtualIp = apiEndpoint(step.cluster).kind === "virtual-ip";
  const raftIndex = wanted.raftIndex ?? 0;
  const lacks = missing(health, { virtualIp, raftIndex });
  if (lacks !== undefined) return { lacks };
  try {
    const node = await nodeOf(step, await answering(step));
    // What the API says of a node is as old as kubelet's last report: only this boot's counts.
    const fresh = node.status?.nodeInfo?.bootID === health.bootId;
    return fresh && hasCondition(node, "Ready")
      ? { bootId: health.bootId }
      : { lacks: text("the node to be Ready", "节点进入 Ready 状态") };
  } catch {
    step.signal.throwIfAborted();
    return { lacks: text("the API to answer", "API 响应") };
  }
};

/**
 * Waits until the target serves again: it answers, its services run, etcd has caught up, and its kubelet has said Ready in
 * this boot. Resolves with the boot. Rejects with MACHINE_NOT_BACK that says what was still missing.
 */
export const untilBack = async (step: NodeStep, wanted: Return = {}): Promise<string> => {
  const { clock } = step.ports;
  const withinMs = wanted.withinMs ?? BACK_MS;
  const deadline = clock.monotonic() + withinMs;
  let told = "";
  for (;;) {
    const found = await look(step, wanted);
    if ("bootId" in found) return found.bootId;
    if (found.lacks.en !== told) step.waiting(found.lacks);
    told = found.lacks.en;
    if (clock.monotonic() >= deadline) {
      throw SlipwayError.of(
        "MACHINE_NOT_BACK",
        { machine: step.target, seconds: Math.round(withinMs / 1000), problem: found.lacks.en },
        { machine: step.target },
      );
    }
    await clock.sleep(PAUSE_MS, step.signal);
  }
};
