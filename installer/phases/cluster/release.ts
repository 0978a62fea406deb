import type { StepContext } from "../../core/phase.ts";
import type { Release } from "../../core/ports/release.ts";

/** The release as objects in the cluster see it: image names are the same for every architecture. */
export const anyRelease = ({
  cluster,
  ports,
}: Pick<StepContext<Record<string, never>>, "cluster" | "ports">): Promise<Release> =>
  ports.releases.open({
    bundle: cluster.bundle,
    kubernetes: cluster.kubernetes.version,
    architecture: "amd64",
  });
