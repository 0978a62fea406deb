import type { MachineFacts } from "../contract/facts.ts";
import type { StepContext } from "../core/phase.ts";
import type { Release } from "../core/ports/release.ts";
import { architectureOf } from "../core/runtime/architecture.ts";

/** The release of the spec for a machine, by the architecture its inventory found. */
export const releaseFor = (
  { cluster, ports }: Pick<StepContext<Record<string, never>>, "cluster" | "ports">,
  facts: Pick<MachineFacts, "cpu">,
): Promise<Release> =>
  ports.releases.open({
    bundle: cluster.bundle,
    kubernetes: cluster.kubernetes.version,
    architecture: architectureOf(facts.cpu.architecture, cluster.bundle),
  });
