import * as z from "zod";
import { text } from "../../contract/text.ts";
import { changedOnMachine } from "../../core/cluster/fixed-settings.ts";
import { isMember } from "../../core/cluster/member-state.ts";
import { versionSkew, type VersionSkew } from "../../core/cluster/version-skew.ts";
import { APPLIANCE, SlipwayError } from "../../core/contract.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { assertOneCluster, membership } from "../cluster/membership.ts";

const codes = {
  downgrade: "CLUSTER_DOWNGRADE",
  "minor-skipped": "CLUSTER_MINOR_SKIPPED",
  differs: "CLUSTER_VERSION_DIFFERS",
} as const satisfies Record<VersionSkew, string>;

/**
 * Compares the spec with the cluster that its machines already are: one cluster, by its certificate authority, of the
 * very version that is wanted, and with the networks and the address it was made with. What runs is read on the machines, so
 * that it is known while no API answers.
 */
export const preflightCluster = definePhase({
  id: "preflight.cluster",
  title: text("Compare the spec with the running cluster", "比对规格与运行中的集群"),
  needs: { members: everyMachine(membership) },
  output: z.object({ running: z.string().nullable().describe("Kubernetes version that runs already") }),
  effect: "reads",
  timeoutMs: 10_000,
  on: () => [APPLIANCE],
  async probe({ cluster, from }) {
    assertOneCluster(from.members);
    for (const [machine, state] of from.members) {
      const [changed] = changedOnMachine(cluster, state);
      if (changed === undefined) continue;
      throw SlipwayError.of("CLUSTER_CHANGE_REFUSED", { ...changed, cluster: cluster.name }, { machine });
    }
    const wanted = cluster.kubernetes.version;
    const running = [...from.members].flatMap(([machine, state]) =>
      isMember(state) && state.version !== null ? [{ machine, version: state.version }] : [],
    );
    for (const { machine, version } of running) {
      const skew = versionSkew(version, wanted);
      if (skew === undefined) continue;
      const params = { cluster: cluster.name, machine, running: version, wanted };
      throw SlipwayError.of(codes[skew], params, { machine });
    }
    return { state: "satisfied", output: { running: running[0]?.version ?? null } };
  },
});
