import * as z from "zod";
import { words } from "./words.ts";

const key = z
  .string()
  .regex(/^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
const value = z.string().regex(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/);

/** Labels of a node, as Kubernetes allows them. */
export const NodeLabels = z
  .record(key, value)
  .meta(words("Labels of the Kubernetes node", "Kubernetes 节点的标签", [{ "example.com/rack": "r1" }]));

/** A taint of a node. */
export const NodeTaint = z.strictObject({
  key,
  value: value.default(""),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
});
