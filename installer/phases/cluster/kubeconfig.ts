import * as z from "zod";
import { SecretRef } from "../../contract/spec/access.ts";
import { text } from "../../contract/text.ts";
import { kubernetesPaths } from "../../core/cluster/paths.ts";
import { APPLIANCE, SlipwayError } from "../../core/contract.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { initControlPlane } from "../control-plane/init.ts";
import { secretNames } from "../control-plane/secrets.ts";
import { askedMachine } from "./founder.ts";

const onMachine = async ({
  cluster,
  from,
  ports,
  signal,
}: Pick<
  StepContext<{ api: ReturnType<typeof everyMachine<typeof initControlPlane>> }>,
  "cluster" | "from" | "ports" | "signal"
>): Promise<string> => {
  const machine = askedMachine(cluster, from.api);
  const content = await ports.remote.readFile(machine, kubernetesPaths.adminConfig, signal);
  if (content !== undefined) return content;
  throw SlipwayError.of(
    "API_UNAVAILABLE",
    { cluster: cluster.name, machine: machine.name, problem: `${kubernetesPaths.adminConfig} is missing` },
    { machine: machine.name },
  );
};

/** Keeps the administrator's kubeconfig in the secrets store. */
export const kubeconfig = definePhase({
  id: "cluster.kubeconfig",
  title: text("Keep the kubeconfig", "保存 kubeconfig"),
  needs: { api: everyMachine(initControlPlane) },
  output: z.object({ kubeconfig: SecretRef }),
  effect: "changes",
  timeoutMs: 60_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const name = secretNames(context.cluster).kubeconfig;
    const known = (await context.ports.secrets.list()).some((secret) => secret.name === name);
    if (known && (await context.ports.secrets.get(name)) === (await onMachine(context))) {
      return { state: "satisfied", output: { kubeconfig: `secret:${name}` } };
    }
    return {
      state: "needed",
      why: text("the secrets store does not hold the current one", "机密存储中没有当前的 kubeconfig"),
    };
  },
  async apply(context) {
    const name = secretNames(context.cluster).kubeconfig;
    await context.ports.secrets.set(name, await onMachine(context));
    return { kubeconfig: `secret:${name}` };
  },
});
