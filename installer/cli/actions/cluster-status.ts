import type {
  ClusterStatus,
  ControlPlaneHealth,
  MachineStatus,
  StatusProblem,
} from "../../contract/cluster-status.ts";
import type { Action } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { bytesText, timeText } from "../output/time.ts";
import type { Session } from "../session.ts";
import { whichCluster } from "./which-cluster.ts";

/** Machines that are down take the longest; the engine's own limits are shorter. */
const STATUS_MS = 65_000;

/** Exit code of a cluster that is not healthy. */
const NOT_HEALTHY = 1;

/** `cluster status`: what is wrong first, then every machine. Exits with 1 unless the cluster is healthy. */
export const status: Action = async (session, input) => {
  const client = await session.engine();
  const cluster = await whichCluster(session, client, input.args[0]);
  const found = await client.clusters.status({ cluster }, { context: { deadlineMs: STATUS_MS } });
  await session.show(found, () => statusLines(found, session));
  return found.state === "healthy" ? 0 : NOT_HEALTHY;
};

/** A cluster's status for people. */
export const statusLines = (found: ClusterStatus, session: Session): string[] => {
  const { say, paint } = session;
  const { cluster, state, endpoint, problems, etcd, virtualIp, pods, machines } = found;
  const colour = { healthy: paint.good, degraded: paint.warn, down: paint.bad }[state];
  return [
    say("clusterLine", { cluster: paint.strong(cluster), state: colour(say(`cluster.${state}`)), endpoint }),
    ...problems.map((problem) => problemLine(problem, session)),
    ...(virtualIp === null
      ? []
      : [
          say("clusterAddress", {
            address: virtualIp.address,
            holder: virtualIp.holders.join(", ") || say("clusterNobody"),
          }),
        ]),
    say("clusterEtcd", {
      healthy: etcd.healthy,
      members: etcd.members,
      needed: etcd.needed,
      leader: etcd.leader ?? say("clusterUnknown"),
    }),
    ...(found.certificate === null
      ? []
      : [say("clusterCertificate", { ...found.certificate, end: timeText(found.certificate.notAfter) })]),
    ...(pods === null ? [] : [say("clusterPods", { running: pods.running, total: pods.total })]),
    "",
    ...machineTable(machines, session),
    ...podTable(found, session),
  ];
};

const problemLine = (
  { severity, machine, text }: StatusProblem,
  { say, paint, language }: Session,
): string => {
  const word = severity === "bad" ? paint.bad(say("clusterBad")) : paint.warn(say("clusterWarning"));
  return `  ${word}  ${machine === undefined ? "" : `${machine}: `}${text[language]}`;
};

const nodeText = ({ node }: MachineStatus, session: Session): string => {
  if (node === undefined) return "?";
  const { say } = session;
  const ready = { yes: say("nodeReady"), no: say("nodeNotReady"), unknown: say("nodeUnknown") }[node.ready];
  const words = [ready];
  if (node.outage === "shutdown") words.push(say("nodeShutdown"));
  else if (node.outage === "reboot") words.push(say("nodeRebooting"));
  else if (node.maintenance !== undefined) words.push(say("nodeMaintenance"));
  else if (!node.schedulable) words.push(say("nodeCordoned"));
  return words.join(",");
};

/** A cell of what only control planes have: `-` on a worker, `?` where it could not be found out. */
const planeText = ({ roles, health }: MachineStatus, read: (plane: ControlPlaneHealth) => string): string => {
  if (!roles.includes("control-plane")) return "-";
  const plane = health?.controlPlane;
  return plane === undefined || plane === null ? "?" : read(plane);
};

const mark = (well: boolean): string => (well ? "ok" : "x");

const etcdText = (machine: MachineStatus, leader: string | null): string =>
  planeText(machine, ({ etcd }) => {
    if (etcd === null) return "x";
    if (etcd.learner) return "learner";
    return etcd.healthy ? (machine.name === leader ? "leader" : "ok") : "x";
  });

const machineTable = (machines: readonly MachineStatus[], session: Session): string[] => {
  const { say } = session;
  const leader = machines.find(({ health }) => {
    const etcd = health?.controlPlane?.etcd;
    return etcd !== undefined && etcd !== null && etcd.healthy && etcd.leader === etcd.id;
  });
  const head = [
    say("colMachine"),
    say("colRoles"),
    say("colNode"),
    say("colVersion"),
    say("colKubelet"),
    say("colApi"),
    say("colScheduler"),
    say("colEtcd"),
    say("colDatabase"),
    say("colRegistry"),
    say("colAddressHolder"),
    say("colClock"),
  ];
  const rows = machines.map((machine) => [
    machine.name,
    machine.roles.join(","),
    nodeText(machine, session),
    machine.node?.version ?? "?",
    machine.health?.kubelet ?? "?",
    planeText(machine, ({ ready, live }) => (ready ? "ok" : live ? "live" : "x")),
    planeText(machine, ({ scheduler, controllerManager }) => `${mark(scheduler)}/${mark(controllerManager)}`),
    etcdText(machine, leader?.name ?? null),
    planeText(machine, ({ etcd }) => (etcd === null ? "?" : bytesText(etcd.dbBytes))),
    planeText(machine, ({ registry }) => mark(registry)),
    planeText(machine, ({ holdsAddress, endpoint }) =>
      holdsAddress ? "holds" : endpoint === "active" ? "ready" : endpoint,
    ),
    clockText(machine),
  ]);
  return tableLines(head, rows);
};

const clockText = ({ health }: MachineStatus): string => {
  const clock = health?.clock;
  if (clock === undefined || clock === null) return "?";
  return `${clock.offsetMs.toFixed(2)} ms`;
};

const podTable = ({ pods }: ClusterStatus, session: Session): string[] => {
  if (pods === null || pods.troubled.length === 0) return [];
  const head = [session.say("colPod"), session.say("colMachine"), session.say("colState")];
  const rows = pods.troubled.map(({ namespace, name, machine, state }) => [
    `${namespace}/${name}`,
    machine ?? "-",
    state,
  ]);
  return ["", ...tableLines(head, rows)];
};
