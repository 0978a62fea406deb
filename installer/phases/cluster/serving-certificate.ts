import * as z from "zod";
import { text } from "../../contract/text.ts";
import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { nodeAddress } from "../../core/cluster/endpoint.ts";
import { kubernetesPaths } from "../../core/cluster/paths.ts";
import { requestedNames } from "../../core/cluster/signing-request.ts";
import { APPLIANCE, SlipwayError } from "../../core/contract.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { initControlPlane } from "../control-plane/init.ts";
import { joinControlPlane } from "../control-plane/join.ts";
import { joinWorker } from "../worker/join.ts";
import { kubectl, kubectlJson } from "./api.ts";
import { askedMachine } from "./founder.ts";

interface SigningRequest {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly request: string;
    readonly signerName: string;
    readonly username: string;
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string }[] };
}

type Step = Pick<StepContext<Record<string, never>>, "cluster" | "ports" | "signal">;

/** `$1` is the machine's address. Prints `trusted` when its kubelet shows a certificate of the cluster's CA. */
const look = `
curl --silent --max-time 3 --output /dev/null --cacert ${kubernetesPaths.ca} "https://$1:10250/healthz" && echo trusted
exit 0
`;

const served = async ({ ports, signal }: Step, machine: MachineSpec): Promise<boolean> => {
  const { stdout } = await ports.remote.script(machine, look, { args: [nodeAddress(machine)], signal });
  return stdout.trim() === "trusted";
};

const withoutCertificate = async (step: Step, names: readonly string[]): Promise<readonly MachineSpec[]> => {
  const machines = step.cluster.machines.filter(({ name }) => names.includes(name));
  const answers = await Promise.all(machines.map((machine) => served(step, machine)));
  return machines.filter((_, index) => !answers[index]);
};

const open = ({ status }: SigningRequest): boolean => (status?.conditions ?? []).length === 0;

/** The requests of kubelets of this cluster that nobody has decided on, each checked against the machine's own names. */
const approvable = (cluster: ClusterSpec, requests: readonly SigningRequest[]): readonly string[] =>
  requests
    .filter(({ spec }) => spec.signerName === "kubernetes.io/kubelet-serving")
    .filter(open)
    .flatMap(({ metadata, spec }) => {
      const machine = cluster.machines.find(({ name }) => spec.username === `system:node:${name}`);
      if (machine === undefined) return [];
      const names = requestedNames(atob(spec.request));
      const foreign = names.filter((name) => name !== machine.name && name !== nodeAddress(machine));
      if (names.length > 0 && foreign.length === 0) return [metadata.name];
      throw SlipwayError.of(
        "SERVING_CERTIFICATE_REFUSED",
        { machine: machine.name, names: foreign.join(", ") },
        { machine: machine.name },
      );
    });

/**
 * Approves the certificates that kubelets show: nothing in a cluster does that by itself, and without one there are no
 * logs, no exec and no metrics. A request is approved only when it names nothing but the machine itself.
 */
export const servingCertificate = definePhase({
  id: "cluster.serving-certificate",
  title: text("Approve kubelets' certificates", "批准 kubelet 证书"),
  needs: {
    api: everyMachine(initControlPlane),
    controlPlanes: everyMachine(joinControlPlane),
    workers: everyMachine(joinWorker),
  },
  output: z.object({ machines: z.array(z.string()) }),
  effect: "changes",
  timeoutMs: 5 * 60_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const names = [...context.from.controlPlanes.keys(), ...context.from.workers.keys()];
    const missing = await withoutCertificate(context, names);
    if (missing.length === 0) return { state: "satisfied", output: { machines: names } };
    const who = missing.map(({ name }) => name).join(", ");
    return {
      state: "needed",
      why: text(`without a certificate of the cluster: ${who}`, `尚无集群签发的证书：${who}`),
    };
  },
  async apply(context) {
    const { cluster, from, ports, signal, waiting } = context;
    const names = [...from.controlPlanes.keys(), ...from.workers.keys()];
    const on = askedMachine(cluster, from.api);
    for (;;) {
      const { items } = await kubectlJson<{ items: SigningRequest[] }>(context, on, [
        "get",
        "certificatesigningrequests",
      ]);
      const requests = approvable(cluster, items);
      if (requests.length > 0) {
        await kubectl(context, on, { args: ["certificate", "approve", ...requests] });
      }
      const missing = await withoutCertificate(context, names);
      if (missing.length === 0) return { machines: names };
      const who = missing.map(({ name }) => name).join(", ");
      waiting(text(`the certificate of ${who}`, `${who} 的证书`));
      await ports.clock.sleep(1_000, signal);
    }
  },
});
