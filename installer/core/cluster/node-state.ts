import type { NodeState } from "../../contract/cluster-status.ts";
import type { NodeObject } from "./kube-objects.ts";
import { marksOf } from "./marks.ts";

/** A node as its status is told. `Ready: Unknown` is what the API makes of a kubelet that has gone silent. */
export const nodeStateOf = (node: NodeObject): NodeState => {
  const conditions = node.status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === "Ready")?.status;
  const { maintenance, outage } = marksOf(node);
  return {
    ready: ready === "True" ? "yes" : ready === "False" ? "no" : "unknown",
    schedulable: node.spec?.unschedulable !== true,
    version: node.status?.nodeInfo?.kubeletVersion ?? "",
    conditions: conditions
      .filter(({ type, status }) => type !== "Ready" && status === "True")
      .map(({ type }) => type),
    ...(maintenance === undefined ? {} : { maintenance }),
    ...(outage === undefined ? {} : { outage: outage.kind }),
  };
};
