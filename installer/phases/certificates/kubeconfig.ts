import * as z from "zod";
import { SecretRef } from "../../contract/spec/access.ts";
import { text } from "../../contract/text.ts";
import { kubernetesPaths } from "../../core/cluster/paths.ts";
import { APPLIANCE, SlipwayError } from "../../core/contract.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { secretNames } from "../control-plane/secrets.ts";
import { renewOnDisk } from "./files.ts";

const onMachine = async ({
  cluster,
  from,
  ports,
  signal,
}: StepContext<{ files: ReturnType<typeof everyMachine<typeof renewOnDisk>> }>): Promise<string> => {
  const [name] = from.files.keys();
  const machine = cluster.machines.find((candidate) => candidate.name === name);
  const content = machine && (await ports.remote.readFile(machine, kubernetesPaths.adminConfig, signal));
  if (content !== undefined) return content;
  throw SlipwayError.of("RENEWAL_FAILED", {
    machine: name ?? "?",
    problem: `${kubernetesPaths.adminConfig} is missing`,
  });
};

/** Keeps the renewed administrator's kubeconfig in the secrets store. */
export const keepKubeconfig = definePhase({
  id: "certificates.kubeconfig",
  title: text("Keep the renewed kubeconfig", "保存续期后的 kubeconfig"),
  needs: { files: everyMachine(renewOnDisk) },
  output: z.object({ kubeconfig: SecretRef }),
  effect: "changes",
  timeoutMs: 60_000,
  on: (_, { machines }) => (machines === undefined ? [APPLIANCE] : []),
  async probe(context) {
    const name = secretNames(context.cluster).kubeconfig;
    const known = (await context.ports.secrets.list()).some((secret) => secret.name === name);
    return known && (await context.ports.secrets.get(name)) === (await onMachine(context))
      ? { state: "satisfied", output: { kubeconfig: `secret:${name}` } }
      : {
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
