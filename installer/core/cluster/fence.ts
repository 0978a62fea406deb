import type { NodeObject, NodeTaintObject } from "./kube-objects.ts";

/**
 * The taint by which an operator vouches that a machine is off: Kubernetes then deletes its pods by force and lets go of
 * their volumes, so that they start elsewhere (node.kubernetes.io/out-of-service, non-graceful node shutdown).
 */
export const FENCE: NodeTaintObject = {
  key: "node.kubernetes.io/out-of-service",
  value: "nodeshutdown",
  effect: "NoExecute",
};

const isFence = ({ key, effect }: NodeTaintObject): boolean => key === FENCE.key && effect === FENCE.effect;

/** Whether a node is vouched to be off. */
export const isFenced = ({ spec }: Pick<NodeObject, "spec">): boolean => spec?.taints?.some(isFence) === true;

/** A node's taints with the fence, or without it. The others stay as they are. Pure. */
export const taintsWith = (
  { spec }: Pick<NodeObject, "spec">,
  fence: "up" | "down",
): readonly NodeTaintObject[] => {
  const others = (spec?.taints ?? []).filter((taint) => !isFence(taint));
  return fence === "up" ? [...others, FENCE] : others;
};
