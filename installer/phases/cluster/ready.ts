import * as z from "zod";
import { text } from "../../contract/text.ts";
import { APPLIANCE, SlipwayError } from "../../core/contract.ts";
import { apiEndpoint, hostPort } from "../../core/cluster/endpoint.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { initControlPlane } from "../control-plane/init.ts";
import { joinControlPlane } from "../control-plane/join.ts";
import { joinWorker } from "../worker/join.ts";
import { kubectl } from "./api.ts";
import { dns } from "./dns.ts";
import { askedMachine } from "./founder.ts";
import { network } from "./network.ts";

type Step = Pick<StepContext<Record<string, never>>, "cluster" | "ports" | "signal">;

const WAIT = "300s";

/**
 * kubectl waits by watching, so nothing is asked twice. A join is over when kubelet has its credentials, a moment before it
 * makes its node, and waiting for a condition of what is not there fails at once: so existence comes first.
 */
const nodes = (names: readonly string[], state: "create" | "condition=Ready"): readonly string[] => [
  ...["wait", `--for=${state}`, `--timeout=${WAIT}`, "--request-timeout=0"],
  ...names.map((name) => `node/${name}`),
];

const dnsAvailable: readonly string[] = [
  ...["--namespace", "kube-system", "wait", "--for=condition=Available"],
  ...[`--timeout=${WAIT}`, "--request-timeout=0", "deployment/coredns"],
];

const hold = async (step: Step, on: MachineSpec, args: readonly string[]): Promise<void> => {
  const { code, stderr } = await kubectl(step, on, { args, expect: [0, 1] });
  if (code === 0) return;
  const picture = await kubectl(step, on, {
    args: ["get", "nodes,pods", "--all-namespaces", "--output", "wide"],
    expect: [0, 1],
  });
  throw SlipwayError.of(
    "CLUSTER_NOT_READY",
    { cluster: step.cluster.name, problem: stderr.trim().split("\n").at(-1) ?? "" },
    { machine: on.name, detail: `${stderr}\n${picture.stdout}` },
  );
};

/** Waits until every machine is Ready and names are answered. */
export const ready = definePhase({
  id: "cluster.ready",
  title: text("Wait until the cluster is ready", "等待集群就绪"),
  needs: {
    api: everyMachine(initControlPlane),
    controlPlanes: everyMachine(joinControlPlane),
    workers: everyMachine(joinWorker),
    network,
    dns,
  },
  output: z.object({ endpoint: z.string(), machines: z.array(z.string()) }),
  effect: "reads",
  timeoutMs: 10 * 60_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const { cluster, from, waiting } = context;
    const on = askedMachine(cluster, from.api);
    const machines = [...from.controlPlanes.keys(), ...from.workers.keys()];
    waiting(text("every machine to be Ready", "所有机器进入 Ready 状态"));
    await hold(context, on, nodes(machines, "create"));
    await hold(context, on, nodes(machines, "condition=Ready"));
    waiting(text("CoreDNS to be available", "CoreDNS 可用"));
    await hold(context, on, dnsAvailable);
    return {
      state: "satisfied",
      output: { endpoint: `https://${hostPort(apiEndpoint(cluster))}`, machines },
    };
  },
});
