import { implement } from "@orpc/server";
import { stringify } from "yaml";
import type { ClusterSummary } from "../contract/api/clusters.ts";
import { contract } from "../contract/api/index.ts";
import { apiEndpoint, controlPlanesOf, hostPort } from "../core/cluster/endpoint.ts";
import type { KnownCluster } from "../services/clusters.ts";
import type { CallContext, EngineServices } from "./services.ts";

const summaryOf = ({ spec, state, operation }: KnownCluster): ClusterSummary => {
  const controlPlanes = controlPlanesOf(spec).length;
  return {
    cluster: spec.name,
    state,
    version: spec.kubernetes.version,
    endpoint: `https://${hostPort(apiEndpoint(spec))}`,
    controlPlanes,
    workers: spec.machines.length - controlPlanes,
    operation,
  };
};

/** Calls about clusters. */
export const clustersRouter = ({ clusters, clusterCare }: EngineServices) => {
  const os = implement(contract.clusters).$context<CallContext>();
  return os.router({
    list: os.list.handler(async () => (await clusters.list()).map(summaryOf)),
    get: os.get.handler(async ({ input }) => {
      const known = await clusters.get(input.cluster);
      const machines = known.spec.machines.map(({ name, address, roles }) => ({ name, address, roles }));
      return { ...summaryOf(known), spec: known.spec, machines };
    }),
    spec: os.spec.handler(async ({ input }) => ({
      yaml: stringify((await clusters.get(input.cluster)).spec),
    })),
    status: os.status.handler(({ input, signal }) =>
      clusterCare.status(input.cluster, signal ?? new AbortController().signal),
    ),
    kubeconfig: os.kubeconfig.handler(async ({ input }) => ({
      kubeconfig: await clusterCare.kubeconfig(input.cluster, input.context),
    })),
  });
};
