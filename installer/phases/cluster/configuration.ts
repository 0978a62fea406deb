import * as z from "zod";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { text } from "../../contract/text.ts";
import {
  configMaps,
  correctedCluster,
  correctedKubelet,
  type Correction,
} from "../../core/cluster/configuration.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { initControlPlane } from "../control-plane/init.ts";
import { kubectl, kubectlJson } from "./api.ts";
import { askedMachine } from "./founder.ts";

type Step = Pick<StepContext<Record<string, never>>, "cluster" | "ports" | "signal">;

interface ConfigMap {
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

interface MapCorrection extends Correction {
  readonly name: string;
  readonly key: string;
}

const corrections = async (step: Step, on: MachineSpec): Promise<readonly MapCorrection[]> => {
  const { cluster, kubelet } = configMaps;
  const { items } = await kubectlJson<{ items: readonly ConfigMap[] }>(step, on, [
    ...["--namespace", "kube-system", "get", "configmaps", cluster.name, kubelet.name],
  ]);
  const documentOf = ({ name, key }: { name: string; key: string }): string =>
    items.find(({ metadata }) => metadata.name === name)?.data?.[key] ?? "";
  const found = [
    { ...cluster, correction: correctedCluster(documentOf(cluster), step.cluster) },
    { ...kubelet, correction: correctedKubelet(documentOf(kubelet), step.cluster) },
  ];
  return found.flatMap(({ correction, ...map }) =>
    correction === undefined ? [] : [{ ...map, ...correction }],
  );
};

const Output = z.object({ current: z.literal(true) });

/**
 * Brings what kubeadm keeps in the cluster up to the spec, before anybody joins by it and before machines that have joined
 * are brought up to it.
 */
export const configuration = definePhase({
  id: "cluster.configuration",
  title: text("Bring the cluster's configuration up to the spec", "使集群配置与规格一致"),
  needs: { api: everyMachine(initControlPlane) },
  output: Output,
  effect: "changes",
  timeoutMs: 60_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const { cluster, from } = context;
    const [api] = from.api.values();
    // kubeadm has put it there from this very spec a moment ago.
    if (api !== undefined && api.invitedUntil > 0) return { state: "satisfied", output: { current: true } };
    const wrong = await corrections(context, askedMachine(cluster, from.api));
    if (wrong.length === 0) return { state: "satisfied", output: { current: true } };
    const fields = wrong.flatMap((map) => map.fields).join(", ");
    return { state: "needed", why: text(`not as the spec says: ${fields}`, `与规格不符：${fields}`) };
  },
  async apply(context) {
    const on = askedMachine(context.cluster, context.from.api);
    for (const { name, key, content } of await corrections(context, on)) {
      const patch = JSON.stringify({ data: { [key]: content } });
      await kubectl(context, on, {
        args: [
          ...["--namespace", "kube-system", "patch", "configmap", name],
          ...["--type", "merge", "--patch", patch],
        ],
      });
    }
    return { current: true };
  },
});
