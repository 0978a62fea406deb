import * as z from "zod";
import { SshAccess, SshOverride } from "./access.ts";
import { BundleReference } from "./bundle.ts";
import { Endpoint } from "./endpoint.ts";
import { KubeletSettings } from "./kubelet.ts";
import { NetworkSettings } from "./network.ts";
import { NodeLabels, NodeTaint } from "./node.ts";
import { RegistrySettings } from "./registry.ts";
import { TimeSettings } from "./time.ts";

/** Roles a machine can serve in; preflight limits and later phases depend on them. */
export const Role = z.enum(["control-plane", "worker"]);
export type Role = z.output<typeof Role>;

const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const ipv4 = z.ipv4();

/** One machine of a cluster. */
export const MachineSpec = z.strictObject({
  name: z.string().regex(dnsLabel).describe("Name in Slipway and in Kubernetes; a DNS label"),
  address: ipv4.describe("Address by which the appliance and the other machines reach it"),
  roles: z.array(Role).min(1).default(["worker"]),
  labels: NodeLabels.optional().describe("Labels of the Kubernetes node"),
  taints: z
    .array(NodeTaint)
    .optional()
    .describe("Taints of the node; by default those of its role. An empty list takes them away"),
  ssh: SshOverride.optional().describe("Overrides the cluster's ssh section for this machine"),
});

/** A preflight check that an operator decided to live with. */
export const Waiver = z.strictObject({
  check: z.string().min(1).describe("Identifier of the check, as printed by `slipway preflight checks`"),
  machines: z.array(z.string()).optional().describe("Default: every machine"),
  reason: z.string().min(3).describe("Recorded in the journal"),
});

/** A cluster and the machines that serve it. */
export const ClusterSpec = z
  .strictObject({
    apiVersion: z.literal("slipway/v1"),
    kind: z.literal("Cluster"),
    name: z.string().regex(dnsLabel),
    ssh: SshAccess.prefault({}).describe("How to log in, unless a machine says otherwise"),
    machines: z.array(MachineSpec).min(1),
    kubernetes: z
      .strictObject({
        version: z
          .string()
          .regex(/^v\d+\.\d+\.\d+$/)
          .default("v1.37.1"),
      })
      .prefault({}),
    bundle: BundleReference.default("latest"),
    endpoint: Endpoint.prefault({}),
    network: NetworkSettings.prefault({}),
    time: TimeSettings.prefault({}),
    registry: RegistrySettings.prefault({}),
    kubelet: KubeletSettings.prefault({}),
    preflight: z.strictObject({ waive: z.array(Waiver).default([]) }).prefault({}),
  })
  .describe("A Kubernetes cluster and the machines that serve it");
export type ClusterSpec = Readonly<z.output<typeof ClusterSpec>>;
export type MachineSpec = ClusterSpec["machines"][number];
