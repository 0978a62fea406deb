import { text } from "../contract/text.ts";
import type { OperationParameters } from "../contract/parameters.ts";
import { SlipwayError } from "../core/contract.ts";
import type { Workflow, WorkflowRequest } from "../core/phase.ts";
import { renewOnDisk } from "../phases/certificates/files.ts";
import { keepKubeconfig } from "../phases/certificates/kubeconfig.ts";
import { renewKubelet } from "../phases/certificates/kubelet.ts";
import { renewRegistry } from "../phases/certificates/registry.ts";
import { restart } from "../phases/certificates/restart.ts";
import { serving } from "../phases/certificates/serving.ts";

const parametersOf = ({ cluster, parameters }: WorkflowRequest): OperationParameters => {
  const { machines, force, ...rest } = parameters;
  const [stranger] = Object.keys(rest);
  if (stranger !== undefined) {
    throw SlipwayError.of("USAGE", { problem: `renew-certificates takes no ${stranger}` });
  }
  for (const machine of machines ?? []) {
    if (cluster.machines.some(({ name }) => name === machine)) continue;
    throw SlipwayError.of("MACHINE_NOT_A_MEMBER", { cluster: cluster.name, machine });
  }
  return {
    ...(machines === undefined ? {} : { machines: [...new Set(machines)] }),
    ...(force === true ? { force } : {}),
  };
};

/** Renews certificates that are nearly over, without downtime; also those of a cluster that slept past their end. */
export const renewCertificates: Workflow = {
  id: "renew-certificates",
  title: text("Renew certificates", "续期证书"),
  parameters: parametersOf,
  phases: [renewOnDisk, renewKubelet, renewRegistry, restart, serving, keepKubeconfig],
};
