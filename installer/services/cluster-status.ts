import type { ClusterStatus, MachineHealth } from "../contract/cluster-status.ts";
import type { WireError } from "../contract/errors/index.ts";
import type { ClusterSpec } from "../contract/spec/cluster.ts";
import { APPLIANCE, SlipwayError, stepKey, toWire } from "../core/contract.ts";
import { judgeStatus, type StatusFindings } from "../core/cluster/status.ts";
import { dryRun, type Finding } from "../core/dry-run.ts";
import { buildGraph } from "../core/graph.ts";
import type { Ports } from "../core/ports/index.ts";
import { status as looking, statusCluster, statusMachine } from "../workflows/status.ts";

/** Every machine is asked at once; beyond this many they take turns. */
const WIDTH = 256;

const outputOf = <T>(
  findings: ReadonlyMap<string, Finding>,
  phase: string,
  target: string,
): T | WireError => {
  const finding = findings.get(stepKey({ phase, machine: target }));
  if (finding?.state === "satisfied") return finding.output as T;
  return finding?.state === "failed"
    ? finding.error
    : toWire(SlipwayError.of("INTERNAL", { problem: `${phase} was not run on ${target}` }));
};

/**
 * How a cluster is now. It is a dry run of the workflow `status`: nothing is journalled and nothing is held, so that one can
 * look while an operation works on the cluster. Never rejects for machines that are down.
 */
export const clusterStatus = async (
  cluster: ClusterSpec,
  { ports, signal }: { readonly ports: Ports; readonly signal: AbortSignal },
): Promise<ClusterStatus> => {
  const graph = buildGraph(looking, cluster);
  const at = ports.clock.now();
  const findings = await dryRun({ graph, ports, signal, width: WIDTH });
  return judgeStatus({
    cluster,
    at,
    machines: new Map(
      cluster.machines.map(({ name }) => [name, outputOf<MachineHealth>(findings, statusMachine.id, name)]),
    ),
    api: outputOf<Exclude<StatusFindings["api"], WireError>>(findings, statusCluster.id, APPLIANCE),
  });
};
