import * as z from "zod";
import { words } from "./words.ts";

/** Quantities by resource, as Kubernetes writes them, such as { cpu: 500m, memory: 1Gi }. */
const Reservation = z.partialRecord(
  z.enum(["cpu", "memory", "ephemeral-storage", "pid"]),
  z.string().regex(/^[0-9]+(\.[0-9]+)?(m|[KMGT]i?)?$/),
);

const maxPods = z
  .int()
  .min(10)
  .max(1000)
  .meta(words("Most pods that a node takes", "每个节点最多运行的 Pod 数", [110]));
const systemReserved = Reservation.meta(
  words("Kept for the operating system", "为操作系统预留的资源", [{ cpu: "500m", memory: "1Gi" }]),
);
const kubeReserved = Reservation.meta(
  words("Kept for kubelet and container runtime", "为 kubelet 和容器运行时预留的资源", [{ memory: "512Mi" }]),
);

/** Settings of the kubelet that sites commonly change. */
export const KubeletSettings = z
  .strictObject({
    maxPods: maxPods.default(110),
    systemReserved: systemReserved.default({}),
    kubeReserved: kubeReserved.default({}),
  })
  .meta(words("kubelet, on every machine", "每台机器上的 kubelet"));

/** What one machine changes of them. */
export const KubeletOverride = z
  .strictObject({ maxPods, systemReserved, kubeReserved })
  .partial()
  .meta(words("Overrides the kubelet section for this machine", "仅对该机器覆盖 kubelet 部分的设置"));
