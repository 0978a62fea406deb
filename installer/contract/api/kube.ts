import { eventIterator } from "@orpc/contract";
import * as z from "zod";
import { KubeChange, KubeKind, WorkloadKind } from "../kube.ts";
import { ClusterReference, Done, operate, view } from "./base.ts";

/** A name as Kubernetes allows it (RFC 1123), so that none can lead to another path. */
const Name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);
const Namespace = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);

const Listed = ClusterReference.extend({ kind: KubeKind });
const One = Listed.extend({
  namespace: Namespace.optional().describe("Of everything but nodes"),
  name: Name,
});
const Workload = ClusterReference.extend({ kind: WorkloadKind, namespace: Namespace, name: Name });

const LogRequest = ClusterReference.extend({
  namespace: Namespace,
  pod: Name,
  container: Name.optional().describe("The first one without it"),
  follow: z.enum(["yes", "no"]).default("no"),
  previous: z.enum(["yes", "no"]).default("no").describe("Of the container that ran before this one"),
  lines: z.int().min(1).max(100_000).default(2_000).describe("From the end"),
});
/** Which log is wanted, and how much of it. */
export type LogRequest = Readonly<z.output<typeof LogRequest>>;

/** Calls about what runs in a cluster, answered by its own API. */
export const kube = {
  /** The list, then its changes as they happen; ends when the caller goes. */
  watch: view
    .route({ method: "GET", path: "/clusters/{cluster}/watch/{kind}", summary: "Objects of a cluster, live" })
    .meta({ deadlineMs: "none" })
    .input(Listed)
    .output(eventIterator(KubeChange)),
  yaml: view
    .route({
      method: "GET",
      path: "/clusters/{cluster}/objects/{kind}/{name}",
      summary: "One object as YAML",
    })
    .input(One)
    .output(z.object({ yaml: z.string() })),
  logs: view
    .route({
      method: "GET",
      path: "/clusters/{cluster}/logs/{namespace}/{pod}",
      summary: "The log of a container",
    })
    .meta({ deadlineMs: "none" })
    .input(LogRequest)
    .output(eventIterator(z.object({ text: z.string() }))),
  scale: operate
    .route({ method: "POST", path: "/clusters/{cluster}/scale", summary: "Run so many pods of a workload" })
    .input(
      Workload.extend({ kind: WorkloadKind.exclude(["daemonsets"]), replicas: z.int().min(0).max(10_000) }),
    )
    .output(Done),
  restart: operate
    .route({
      method: "POST",
      path: "/clusters/{cluster}/restart",
      summary: "Replace the pods of a workload, by its own rules",
    })
    .input(Workload)
    .output(Done),
  cordon: operate
    .route({
      method: "POST",
      path: "/clusters/{cluster}/cordon",
      summary: "Let a node take new pods, or not",
    })
    .input(ClusterReference.extend({ node: Name, pods: z.enum(["refuse", "take"]) }))
    .output(Done),
};
