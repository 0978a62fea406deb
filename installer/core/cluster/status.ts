import type {
  ClusterStatus,
  MachineHealth,
  MachineStatus,
  NodeState,
  StatusProblem,
} from "../../contract/cluster-status.ts";
import type { WireError } from "../../contract/errors/index.ts";
import type { ClusterSpec } from "../../contract/spec/cluster.ts";
import { apiEndpoint, controlPlanesOf, hostPort } from "./endpoint.ts";
import type { PodCount } from "./pod-lines.ts";
import { quorumOf } from "./quorum.ts";
import { certificateProblems, problemsOf } from "./status-problems.ts";

/** What was found out about a cluster. Whatever could not be found out is an error that says why. */
export interface StatusFindings {
  readonly cluster: ClusterSpec;
  readonly at: number;
  readonly machines: ReadonlyMap<string, MachineHealth | WireError>;
  readonly api: { readonly nodes: Readonly<Record<string, NodeState>>; readonly pods: PodCount } | WireError;
}

const isError = (value: object): value is WireError => "code" in value;

const machineStatus = (findings: StatusFindings): MachineStatus[] => {
  const nodes = isError(findings.api) ? {} : findings.api.nodes;
  return findings.cluster.machines.map(({ name, address, roles }) => {
    const found = findings.machines.get(name);
    const node = nodes[name];
    return {
      name,
      address,
      roles,
      ...(found === undefined ? {} : isError(found) ? { error: found } : { health: found }),
      ...(node === undefined ? {} : { node }),
    };
  });
};

/** Members by whoever knows of most; one that answers as healthy counts, and the leader is named by its machine. */
const etcdOf = (machines: readonly MachineStatus[]): ClusterStatus["etcd"] => {
  const known = machines.flatMap(({ name, health }) => {
    const etcd = health?.controlPlane?.etcd;
    return etcd === undefined || etcd === null ? [] : [{ name, etcd }];
  });
  const voters = Math.max(
    0,
    ...known.map(({ etcd }) => etcd.members.filter(({ learner }) => !learner).length),
  );
  const members = Math.max(
    voters,
    known.length === 0 ? machines.filter(({ roles }) => roles.includes("control-plane")).length : 0,
  );
  const leaders = new Set(known.filter(({ etcd }) => etcd.healthy).map(({ etcd }) => etcd.leader));
  const [leader] = leaders;
  return {
    members,
    healthy: known.filter(({ etcd }) => etcd.healthy && !etcd.learner).length,
    needed: quorumOf(members),
    leader: (leaders.size === 1 && known.find(({ etcd }) => etcd.id === leader)?.name) || null,
  };
};

/** The certificate of the cluster that ends before all others. */
const firstToEnd = (machines: readonly MachineStatus[]): ClusterStatus["certificate"] => {
  const all = machines.flatMap(({ name, health }) =>
    health?.certificate === undefined ? [] : [{ machine: name, ...health.certificate }],
  );
  return all.toSorted((one, other) => one.notAfter - other.notAfter)[0] ?? null;
};

/**
 * Judges a cluster by what was found out about it. Pure: the command, the console and the tests all judge by this. The
 * cluster is `down` when nobody can use it, `degraded` when something that should run does not and nobody took it out of
 * service on purpose.
 */
export const judgeStatus = (findings: StatusFindings): ClusterStatus => {
  const { cluster, at, api } = findings;
  const endpoint = apiEndpoint(cluster);
  const machines = machineStatus(findings);
  const etcd = etcdOf(machines);
  const holders = machines
    .filter(({ health }) => health?.controlPlane?.holdsAddress === true)
    .map(({ name }) => name);
  const facts = {
    machines,
    etcd,
    controlPlanes: controlPlanesOf(cluster).map(({ name }) => name),
    virtualIp: endpoint.kind === "virtual-ip" ? { address: endpoint.host, holders } : null,
    api: isError(api) ? api : undefined,
    strangers: isError(api)
      ? []
      : Object.keys(api.nodes).filter((name) => !machines.some((machine) => machine.name === name)),
    pods: isError(api) ? null : { ...api.pods, troubled: [...api.pods.troubled] },
    version: cluster.kubernetes.version,
  };
  const problems: StatusProblem[] = [...problemsOf(facts), ...certificateProblems(machines, at)].toSorted(
    (one, other) => Number(one.severity === "warning") - Number(other.severity === "warning"),
  );
  const bad = problems.some(({ severity }) => severity === "bad");
  return {
    cluster: cluster.name,
    at,
    state: facts.api !== undefined ? "down" : bad ? "degraded" : "healthy",
    problems,
    endpoint: `https://${hostPort(endpoint)}`,
    virtualIp: facts.virtualIp,
    etcd,
    machines,
    certificate: firstToEnd(machines),
    pods: facts.pods,
  };
};
