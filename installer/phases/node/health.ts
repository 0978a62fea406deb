import type { MachineHealth } from "../../contract/cluster-status.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { apiEndpoint, controlPlanesOf } from "../../core/cluster/endpoint.ts";
import { machineHealthScript, parseMachineHealth, registryUrl } from "../../core/cluster/machine-health.ts";
import { marksOf } from "../../core/cluster/marks.ts";
import { assertQuorum, type ControlPlaneView, type TakenDown } from "../../core/cluster/quorum.ts";
import { isCode, text } from "../../core/contract.ts";
import { allNodes, bounded, type NodeStep } from "./ask.ts";

/** Longest that a machine may take to say how it is; what it asks has limits of 3 seconds each, all at once. */
const HEALTH_MS = 12_000;

type Asking = Pick<NodeStep, "cluster" | "ports" | "signal">;

/** How a machine is, by its own words. Rejects with the ssh area's errors, or STEP_TIMEOUT. */
export const askHealth = (step: Asking, machine: MachineSpec): Promise<MachineHealth> =>
  bounded(step, HEALTH_MS, async () => {
    const { kind, host, bindPort } = apiEndpoint(step.cluster);
    const role = machine.roles.includes("control-plane") ? "control-plane" : "worker";
    const { stdout } = await step.ports.remote.script(machine, machineHealthScript, {
      args: [
        String(bindPort),
        kind === "virtual-ip" ? host : "-",
        registryUrl(machine.address, step.cluster.registry.port),
        role,
      ],
      signal: step.signal,
    });
    return parseMachineHealth(stdout, role);
  });

/** Every control plane as it is right now; one that cannot be asked has no health. */
export const controlPlaneViews = async (
  step: NodeStep,
  on: MachineSpec,
): Promise<readonly ControlPlaneView[]> => {
  const nodes = new Map((await allNodes(step, on)).map((node) => [node.metadata.name, node]));
  return Promise.all(
    controlPlanesOf(step.cluster).map(async (machine) => {
      const node = nodes.get(machine.name);
      const health = await askHealth(step, machine).catch(() => undefined);
      step.signal.throwIfAborted();
      return { name: machine.name, health, marks: node === undefined ? undefined : marksOf(node) };
    }),
  );
};

/** A control plane that has just come back, or is busy, may miss a moment: only one that stays unwell counts. */
const PATIENCE_MS = 45_000;
const PAUSE_MS = 3_000;
const passing = ["QUORUM_OTHER_API", "QUORUM_OTHER_ETCD", "QUORUM_OTHER_UNREACHABLE"] as const;

const judged = async (
  step: NodeStep,
  on: MachineSpec,
  what: TakenDown,
): Promise<ReturnType<typeof assertQuorum>> => {
  const { clock } = step.ports;
  const deadline = clock.monotonic() + PATIENCE_MS;
  for (let told = false; ; told = true) {
    const views = await controlPlaneViews(step, on);
    try {
      return assertQuorum(step.target, what, views);
    } catch (error) {
      if (!passing.some((code) => isCode(error, code)) || clock.monotonic() >= deadline) throw error;
      if (!told) step.waiting(text("the other control planes to be well", "其他控制平面恢复正常"));
      await clock.sleep(PAUSE_MS, step.signal);
    }
  }
};

/**
 * Asks every control plane right before the target goes down, when it is one itself. Rejects with QUORUM_* when another
 * one is not well and stays so.
 */
export const guardQuorum = async (step: NodeStep, on: MachineSpec, what: TakenDown): Promise<void> => {
  if (step.machine?.roles.includes("control-plane") !== true) return;
  const { quorumLost } = await judged(step, on, what);
  if (quorumLost && what === "reboot") {
    step.say(
      text(
        "the API does not answer until the machine is back: no other control planes could hold the quorum",
        "机器恢复之前 API 不可用：没有足够的其他控制平面维持多数派",
      ),
    );
  }
};
