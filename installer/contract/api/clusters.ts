import * as z from "zod";
import { ClusterStatus } from "../cluster-status.ts";
import { OperationId } from "../operation.ts";
import { ClusterSpec, Role } from "../spec/cluster.ts";
import { administer, ClusterReference, NoInput, view, viewEach } from "./base.ts";

/** `applied`: an apply of its spec ended well. `attempted`: one was started, and none ever ended well. */
export const ClusterState = z.enum(["applied", "attempted"]);
export type ClusterState = z.output<typeof ClusterState>;

/** A cluster in a list, from the journal alone. */
export const ClusterSummary = z.object({
  cluster: z.string(),
  state: ClusterState,
  version: z.string().describe("Of Kubernetes, by the spec"),
  endpoint: z.string().describe("Where its API answers"),
  controlPlanes: z.number(),
  workers: z.number(),
  operation: OperationId.describe("The one its spec is from"),
});
export type ClusterSummary = Readonly<z.output<typeof ClusterSummary>>;

/** A cluster with its spec. */
export const Cluster = ClusterSummary.extend({
  spec: ClusterSpec,
  machines: z.array(z.object({ name: z.string(), address: z.string(), roles: z.array(Role) })),
});
export type Cluster = Readonly<z.output<typeof Cluster>>;

/** Probes of all machines take as long as the slowest one is given. */
const STATUS_MS = 60_000;

/** Calls about clusters that were made from here. */
export const clusters = {
  list: viewEach
    .route({ method: "GET", path: "/clusters", summary: "Clusters of the site" })
    .input(NoInput)
    .output(z.array(ClusterSummary)),
  get: view
    .route({ method: "GET", path: "/clusters/{cluster}", summary: "One cluster with its spec" })
    .input(ClusterReference)
    .output(Cluster),
  spec: view
    .route({ method: "GET", path: "/clusters/{cluster}/spec", summary: "The spec of a cluster as YAML" })
    .input(ClusterReference)
    .output(z.object({ yaml: z.string() })),
  status: view
    .route({ method: "GET", path: "/clusters/{cluster}/status", summary: "How a cluster is now" })
    .meta({ deadlineMs: STATUS_MS })
    .input(ClusterReference)
    .output(ClusterStatus),
  kubeconfig: administer
    .route({
      method: "GET",
      path: "/clusters/{cluster}/kubeconfig",
      summary: "The administrator's kubeconfig: whoever holds it rules the cluster",
    })
    .input(
      ClusterReference.extend({
        context: z
          .string()
          .min(1)
          .max(253)
          .optional()
          .describe("Name of the context; the cluster's without it"),
      }),
    )
    .output(z.object({ kubeconfig: z.string() })),
};
