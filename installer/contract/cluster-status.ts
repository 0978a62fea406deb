import * as z from "zod";
import { WireError } from "./errors/index.ts";
import { LocalizedText } from "./operation.ts";
import { Role } from "./spec/cluster.ts";

/** Why a machine is out of service, by an operator's wish. */
export const Maintenance = z.object({
  by: z.string(),
  why: z.string(),
  since: z.number().describe("Milliseconds since the epoch"),
});
export type Maintenance = Readonly<z.output<typeof Maintenance>>;

/** etcd on one control plane, by its own words. */
export const EtcdHealth = z.object({
  id: z.string(),
  healthy: z.boolean().describe("It answers, has a leader and has applied what it wrote"),
  reason: z.string().describe("Its own reason when it is not healthy"),
  leader: z.string().describe("Identifier of the leader it knows; 0 when there is none"),
  learner: z.boolean(),
  version: z.string(),
  dbBytes: z.number(),
  quotaBytes: z.number(),
  raftIndex: z.number(),
  appliedIndex: z.number(),
  alarms: z.array(z.string()),
  members: z.array(z.object({ id: z.string(), name: z.string(), learner: z.boolean() })),
});
export type EtcdHealth = Readonly<z.output<typeof EtcdHealth>>;

/** What runs on a control plane. */
export const ControlPlaneHealth = z.object({
  live: z.boolean().describe("Its API server answers"),
  ready: z.boolean().describe("Its API server is ready, so that it may hold the virtual address"),
  scheduler: z.boolean(),
  controllerManager: z.boolean(),
  etcd: EtcdHealth.nullable().describe("null: it does not answer"),
  registry: z.boolean().describe("Its registry answers"),
  endpoint: z.string().describe("The unit that holds the virtual address, as systemctl is-active says"),
  holdsAddress: z.boolean().describe("The virtual address is on one of its interfaces"),
});
export type ControlPlaneHealth = Readonly<z.output<typeof ControlPlaneHealth>>;

/** The certificate of a machine that ends before all others there. */
export const FirstToEnd = z.object({
  path: z.string(),
  notBefore: z.number(),
  notAfter: z.number().describe("Milliseconds since the epoch"),
});
export type FirstToEnd = Readonly<z.output<typeof FirstToEnd>>;

/** What a machine says of itself. */
export const MachineHealth = z.object({
  bootId: z.string(),
  kubelet: z.string().describe("As systemctl is-active says"),
  containerd: z.string().describe("As systemctl is-active says"),
  clock: z
    .object({ synchronised: z.boolean(), offsetMs: z.number(), source: z.string() })
    .nullable()
    .describe("By chrony; null when it does not answer"),
  controlPlane: ControlPlaneHealth.nullable(),
  certificate: FirstToEnd.optional(),
});
export type MachineHealth = Readonly<z.output<typeof MachineHealth>>;

/** A machine as the API knows it. */
export const NodeState = z.object({
  ready: z.enum(["yes", "no", "unknown"]).describe("unknown: its kubelet has not reported for a while"),
  schedulable: z.boolean(),
  version: z.string(),
  conditions: z.array(z.string()).describe("Conditions that are not as they should be, such as DiskPressure"),
  maintenance: Maintenance.optional(),
  outage: z.enum(["reboot", "shutdown"]).optional().describe("Under way by our hand"),
});
export type NodeState = Readonly<z.output<typeof NodeState>>;

/** A machine in a cluster's status. What could not be found out is absent, and `error` says why. */
export const MachineStatus = z.object({
  name: z.string(),
  address: z.string(),
  roles: z.array(Role),
  health: MachineHealth.optional(),
  error: WireError.optional(),
  node: NodeState.optional(),
});
export type MachineStatus = Readonly<z.output<typeof MachineStatus>>;

/** Something that is not as it should be. `bad`: the cluster is degraded by it. */
export const StatusProblem = z.object({
  severity: z.enum(["bad", "warning"]),
  machine: z.string().optional(),
  text: LocalizedText,
});
export type StatusProblem = Readonly<z.output<typeof StatusProblem>>;

/** A pod that does not run as it should. */
export const TroubledPod = z.object({
  namespace: z.string(),
  name: z.string(),
  machine: z.string().optional(),
  state: z.string().describe("Its phase, or the reason why a container waits"),
});
export type TroubledPod = Readonly<z.output<typeof TroubledPod>>;

/** A cluster as it is now. */
export const ClusterStatus = z.object({
  cluster: z.string(),
  at: z.number().describe("Milliseconds since the epoch"),
  state: z
    .enum(["healthy", "degraded", "down"])
    .describe("down: no control plane's API answers, or etcd has no quorum"),
  problems: z.array(StatusProblem).describe("The worst first"),
  endpoint: z.string(),
  virtualIp: z.object({ address: z.string(), holders: z.array(z.string()) }).nullable(),
  etcd: z.object({
    members: z.number().describe("That vote"),
    healthy: z.number(),
    needed: z.number().describe("For a quorum"),
    leader: z.string().nullable().describe("Machine"),
  }),
  machines: z.array(MachineStatus),
  certificate: FirstToEnd.extend({ machine: z.string() })
    .nullable()
    .describe("The first to end; null: none could be read"),
  pods: z
    .object({ total: z.number(), running: z.number(), troubled: z.array(TroubledPod) })
    .nullable()
    .describe("null: no API answers"),
});
export type ClusterStatus = Readonly<z.output<typeof ClusterStatus>>;
