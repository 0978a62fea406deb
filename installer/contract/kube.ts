import * as z from "zod";

/** What the console lists of a cluster. */
export const KubeKind = z.enum(["nodes", "deployments", "statefulsets", "daemonsets", "pods", "events"]);
export type KubeKind = z.output<typeof KubeKind>;

/** Kinds that hold pods and can be restarted; those but daemon sets can be scaled. */
export const WorkloadKind = z.enum(["deployments", "statefulsets", "daemonsets"]);
export type WorkloadKind = z.output<typeof WorkloadKind>;

/** How urgent the state of an object is. */
export const KubeTone = z.enum(["ok", "busy", "warn", "bad", "off"]);

/** One object in a list. */
export const KubeRow = z.object({
  id: z.string().describe("Unique among the rows of one kind"),
  namespace: z.string().describe("Empty for nodes"),
  name: z.string(),
  createdAt: z.number().describe("Milliseconds since the epoch"),
  tone: KubeTone,
  state: z.string().describe("In the words of Kubernetes"),
  ready: z.number().optional(),
  wanted: z.number().optional(),
  restarts: z.number().optional(),
  node: z.string().optional(),
  version: z.string().optional(),
  cordoned: z.literal(true).optional(),
  containers: z.array(z.string()).readonly().optional(),
  object: z.string().optional().describe("What an event is about: kind/name"),
  message: z.string().optional(),
  count: z.number().optional(),
});
export type KubeRow = Readonly<z.output<typeof KubeRow>>;

/** A change of a list. It begins with `all`, which may come again when the cluster has to be asked anew. */
export const KubeChange = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("all"), rows: z.array(KubeRow).readonly() }),
  z.object({ kind: z.literal("set"), row: KubeRow }),
  z.object({ kind: z.literal("gone"), id: z.string() }),
]);
export type KubeChange = Readonly<z.output<typeof KubeChange>>;
