import * as z from "zod";
import { SshAccess, SshOverride } from "./access.ts";
import { AuditSettings, EncryptionSettings } from "./audit.ts";
import { BundleReference } from "./bundle.ts";
import { CertificateSettings } from "./certificates.ts";
import { Endpoint } from "./endpoint.ts";
import { EtcdSettings } from "./etcd.ts";
import { KubeadmSettings } from "./kubeadm.ts";
import { KubeletOverride, KubeletSettings } from "./kubelet.ts";
import { MetalSpec, NetbootSettings } from "./metal.ts";
import { NetworkSettings } from "./network.ts";
import { NodeLabels, NodeTaint } from "./node.ts";
import { RegistrySettings } from "./registry.ts";
import { TimeSettings } from "./time.ts";
import { words } from "./words.ts";

/** Roles a machine can serve in; preflight limits and later phases depend on them. */
export const Role = z.enum(["control-plane", "worker"]);
export type Role = z.output<typeof Role>;

const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const ipv4 = z.ipv4();

/** One machine of a cluster. */
export const MachineSpec = z.strictObject({
  name: z
    .string()
    .regex(dnsLabel)
    .meta(
      words(
        "Name in Slipway and in Kubernetes, a DNS label; by default node- and the address, such as node-10-0-0-11",
        "在 Slipway 和 Kubernetes 中的名称，须为 DNS 标签；默认为 node- 加地址，例如 node-10-0-0-11",
        ["n1"],
      ),
    ),
  address: ipv4.meta(
    words(
      "Address by which the appliance and the other machines reach it",
      "本设备和其他机器访问它所用的地址",
      ["10.0.0.11"],
    ),
  ),
  nodeIp: ipv4
    .optional()
    .meta(
      words(
        "Address for the cluster's own traffic, when that has a network apart: kubelet, etcd and the API use it",
        "集群自身流量使用独立网络时的地址：kubelet、etcd 和 API 都使用它",
        ["10.1.0.11"],
      ),
    ),
  interface: z
    .string()
    .min(1)
    .max(15)
    .optional()
    .meta(
      words(
        "Interface for the virtual address on this machine, when it differs from endpoint.interface",
        "该机器上承载虚拟地址的网卡，与 endpoint.interface 不同时填写",
        ["eno1"],
      ),
    ),
  roles: z
    .array(Role)
    .min(1)
    .default(["worker"])
    .meta(words("What the machine serves as", "该机器的角色", [["control-plane"], ["worker"]])),
  labels: NodeLabels.optional(),
  taints: z
    .array(NodeTaint)
    .optional()
    .meta(
      words(
        "Taints of the node; by default those of its role. An empty list takes them away",
        "节点的污点；默认取决于角色。空列表表示去掉",
        [[{ key: "dedicated", value: "gpu", effect: "NoSchedule" }]],
      ),
    ),
  kubelet: KubeletOverride.optional(),
  metal: MetalSpec.optional(),
  ssh: SshOverride.optional().meta(
    words("Overrides the cluster's ssh section for this machine", "仅对该机器覆盖 ssh 部分的设置"),
  ),
});

/** A preflight check that an operator decided to live with. */
export const Waiver = z.strictObject({
  check: z
    .string()
    .min(1)
    .meta(
      words(
        "Identifier of the check, as printed by `slipway preflight checks`",
        "检查项编号，见 `slipway preflight checks`",
        ["etcd-disk-latency"],
      ),
    ),
  machines: z.array(z.string()).optional().meta(words("Default: every machine", "默认：所有机器")),
  reason: z.string().min(3).meta(words("Recorded in the journal", "理由，记入日志库")),
});

/** A cluster and the machines that serve it. */
export const ClusterSpec = z
  .strictObject({
    apiVersion: z.literal("slipway/v1"),
    kind: z.literal("Cluster"),
    name: z
      .string()
      .regex(dnsLabel)
      .meta(words("Name of the cluster, a DNS label", "集群名称，须为 DNS 标签", ["site-a"])),
    ssh: SshAccess.prefault({}),
    machines: z
      .array(MachineSpec)
      .min(1)
      .meta(
        words(
          "The machines; those that serve as control plane should be 1, 3 or 5",
          "机器列表；控制平面应为 1、3 或 5 台",
          [[{ address: "10.0.0.11", roles: ["control-plane"] }, { address: "10.0.0.12" }]],
        ),
      ),
    kubernetes: z
      .strictObject({
        version: z
          .string()
          .regex(/^v\d+\.\d+\.\d+$/)
          .default("v1.37.1")
          .meta(words("Version, as the bundle holds it", "版本，须与软件包一致", ["v1.37.1"])),
      })
      .prefault({}),
    bundle: BundleReference.default("latest"),
    endpoint: Endpoint.prefault({}),
    network: NetworkSettings.prefault({}),
    netboot: NetbootSettings.optional(),
    time: TimeSettings.prefault({}),
    registry: RegistrySettings.prefault({}),
    kubelet: KubeletSettings.prefault({}),
    kubeadm: KubeadmSettings.prefault({}),
    audit: AuditSettings.prefault({}),
    encryption: EncryptionSettings.prefault({}),
    certificates: CertificateSettings.prefault({}),
    etcd: EtcdSettings.prefault({}),
    preflight: z
      .strictObject({
        waive: z
          .array(Waiver)
          .default([])
          .meta(words("Checks to live with, each with a reason", "放行的检查项，须逐项写明理由")),
      })
      .prefault({}),
  })
  .meta(words("A Kubernetes cluster and the machines that serve it", "一个 Kubernetes 集群及为其服务的机器"));
export type ClusterSpec = Readonly<z.output<typeof ClusterSpec>>;
export type MachineSpec = ClusterSpec["machines"][number];
