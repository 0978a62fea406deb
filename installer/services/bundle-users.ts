import { ANNOTATION } from "../contract/bundle/media-types.ts";
import { namesVersion } from "../core/bundle/reference.ts";
import type { StoredBundle } from "../core/ports/bundle.ts";
import type { OperationRecord } from "../core/ports/journal.ts";

/** Workflows after which a cluster's machines hold nothing of a bundle. */
const WITHOUT_CONTENT = new Set(["check", "forget"]);

/**
 * Clusters that were made from a bundle, or are being made: their machines may ask for its content again. Of two bundles
 * that fit a spec both count, since keeping one too many costs only space. `operations` are newest first. Pure.
 */
export const usersOf = (bundle: StoredBundle, operations: readonly OperationRecord[]): readonly string[] => {
  const latest = new Map<string, OperationRecord>();
  for (const operation of operations) {
    if (WITHOUT_CONTENT.has(operation.workflow) || latest.has(operation.cluster.name)) continue;
    latest.set(operation.cluster.name, operation);
  }
  return [...latest.values()]
    .filter(({ cluster }) => fits(bundle, cluster))
    .map(({ cluster }) => cluster.name);
};

const fits = (
  { record, index }: StoredBundle,
  { bundle: reference, kubernetes }: OperationRecord["cluster"],
): boolean =>
  (reference === "latest" || reference === record.index || namesVersion(reference, record.version)) &&
  index.manifests.some(
    ({ annotations }) =>
      annotations?.[ANNOTATION.component] === "kubeadm" &&
      annotations[ANNOTATION.version] === kubernetes.version,
  );
