import * as z from "zod";

/** Quantities by resource, as Kubernetes writes them, such as { cpu: 500m, memory: 1Gi }. */
const Reservation = z.partialRecord(
  z.enum(["cpu", "memory", "ephemeral-storage", "pid"]),
  z.string().regex(/^[0-9]+(\.[0-9]+)?(m|[KMGT]i?)?$/),
);

/** Settings of the kubelet that sites commonly change. */
export const KubeletSettings = z
  .strictObject({
    maxPods: z.int().min(10).max(1000).default(110),
    systemReserved: Reservation.default({}).describe("Kept for the operating system"),
    kubeReserved: Reservation.default({}).describe("Kept for kubelet and container runtime"),
  })
  .describe("kubelet, on every machine");
