import * as z from "zod";
import type { PodSummary } from "../../contract/terminal.ts";

const Container = z.object({
  name: z.string(),
  securityContext: z.object({ privileged: z.boolean().optional() }).optional(),
});
const Status = z.object({
  name: z.string(),
  state: z.object({ running: z.object({}).optional() }).optional(),
});

/** What is read of a pod as the API has it. */
export const PodObject = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    nodeName: z.string().optional(),
    hostPID: z.boolean().optional(),
    hostNetwork: z.boolean().optional(),
    hostIPC: z.boolean().optional(),
    containers: z.array(Container),
    volumes: z.array(z.object({ hostPath: z.object({}).optional() })).optional(),
  }),
  status: z
    .object({
      phase: z.string().optional(),
      containerStatuses: z.array(Status).optional(),
      ephemeralContainerStatuses: z.array(Status).optional(),
    })
    .optional(),
});
export type PodObject = z.output<typeof PodObject>;

/**
 * Whether a shell in this pod is a way onto its machine: privileged, in name spaces of the machine, or with folders of it.
 * Such a shell needs the permission that a shell on the machine needs. Pure.
 */
export const reachesMachine = ({ spec }: PodObject): boolean =>
  spec.hostPID === true ||
  spec.hostNetwork === true ||
  spec.hostIPC === true ||
  spec.containers.some(({ securityContext }) => securityContext?.privileged === true) ||
  (spec.volumes ?? []).some(({ hostPath }) => hostPath !== undefined);

/** A pod as the console shows it. */
export const summaryOfPod = (pod: PodObject): PodSummary => {
  const { metadata, spec, status } = pod;
  const states = new Map((status?.containerStatuses ?? []).map((one) => [one.name, one]));
  return {
    namespace: metadata.namespace,
    pod: metadata.name,
    ...(spec.nodeName === undefined ? {} : { node: spec.nodeName }),
    phase: status?.phase ?? "Unknown",
    guarded: reachesMachine(pod),
    containers: spec.containers.map(({ name }) => ({
      name,
      running: states.get(name)?.state?.running !== undefined,
    })),
  };
};
