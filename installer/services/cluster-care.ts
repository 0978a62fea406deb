import * as z from "zod";
import type { ClusterStatus } from "../contract/cluster-status.ts";
import { SecretRef } from "../contract/spec/access.ts";
import { APPLIANCE, SlipwayError } from "../core/contract.ts";
import { apiEndpoint, hostPort } from "../core/cluster/endpoint.ts";
import { namedKubeconfig } from "../core/cluster/kubeconfig.ts";
import type { Journal, Ports } from "../core/ports/index.ts";
import { clusterStatus } from "./cluster-status.ts";
import type { ClustersService } from "./clusters.ts";

/** What is asked of clusters that were made from here. Unknown names reject with CLUSTER_UNKNOWN. */
export interface ClusterCare {
  /** How it is now; machines that are down are told, never thrown. */
  status(name: string, signal: AbortSignal): Promise<ClusterStatus>;
  /** The administrator's kubeconfig for the cluster's endpoint. Rejects with KUBECONFIG_MISSING. */
  kubeconfig(name: string, context?: string): Promise<string>;
}

/** What the service works with. `kubeconfigPhase` is the phase whose output names the secret. */
export interface ClusterCareOptions {
  readonly clusters: Pick<ClustersService, "get">;
  readonly journal: Pick<Journal, "latestOutputs">;
  readonly ports: Ports;
  readonly kubeconfigPhase: string;
}

const Kept = z.object({ kubeconfig: SecretRef });

/** Answers from the machines themselves and from the secrets store. */
export const createClusterCare = (options: ClusterCareOptions): ClusterCare => {
  const { clusters, journal, ports } = options;
  return {
    status: async (name, signal) => clusterStatus((await clusters.get(name)).spec, { ports, signal }),
    async kubeconfig(name, context = name) {
      const { spec } = await clusters.get(name);
      const outputs = await journal.latestOutputs(name, options.kubeconfigPhase);
      const kept = Kept.safeParse(outputs.get(APPLIANCE)?.output);
      if (!kept.success) throw SlipwayError.of("KUBECONFIG_MISSING", { cluster: name });
      const content = await ports.secrets.resolve(kept.data.kubeconfig);
      return namedKubeconfig(content, {
        server: `https://${hostPort(apiEndpoint(spec))}`,
        cluster: name,
        context,
      });
    },
  };
};
