import type { Role } from "../../contract/spec/cluster.ts";

const gib = 1024 ** 3;

/** What a machine needs for a role. A machine with several roles needs the greatest of each. */
export interface RoleLimits {
  readonly cores: number;
  readonly memoryBytes: number;
  /** Room on the file system of each path. */
  readonly space: Readonly<Record<string, number>>;
}

/** Minima by role. Cores and memory of a control plane are kubeadm's own (2 and 1700 MB); the rest keeps etcd and pods going. */
const roleLimits: Readonly<Record<Role, RoleLimits>> = {
  "control-plane": {
    cores: 2,
    memoryBytes: 1700 * 1000 ** 2,
    space: {
      "/": 2 * gib,
      "/var/lib/etcd": 8 * gib,
      "/var/lib/containerd": 10 * gib,
      "/var/lib/kubelet": 2 * gib,
      "/var/log": gib,
    },
  },
  worker: {
    cores: 1,
    memoryBytes: 1000 * 1000 ** 2,
    space: { "/": 2 * gib, "/var/lib/containerd": 10 * gib, "/var/lib/kubelet": 2 * gib, "/var/log": gib },
  },
};

/** The limits of a machine that serves in all of `roles`. */
export const limitsFor = (roles: readonly Role[]): RoleLimits => {
  const all = roles.map((role) => roleLimits[role]);
  const space: Record<string, number> = {};
  for (const limits of all) {
    for (const [path, bytes] of Object.entries(limits.space)) space[path] = Math.max(space[path] ?? 0, bytes);
  }
  return {
    cores: Math.max(...all.map((limits) => limits.cores)),
    memoryBytes: Math.max(...all.map((limits) => limits.memoryBytes)),
    space,
  };
};

/** Clocks further apart than this break certificates, leases and etcd's own warnings. */
export const clockLimitMs = 500;

/** P99 of a durable 2,300-byte write: etcd's documentation asks for 10 ms. */
export const diskLatencyLimitMs = 10;

/** From here on the disk has little room for load. */
export const diskLatencyWarnMs = 5;

/** A disk whose P99 is below this after a second is not measured any longer. */
export const diskLatencyCalmMs = 2;

/** Oldest kernel that Kubernetes supports since 1.32. */
export const oldestKernel = [4, 19] as const;

/** First Kubernetes minor whose kubelet refuses cgroup v1 unless told otherwise (KEP-5573). */
export const firstMinorWithoutCgroupV1 = 35;

/** Ports by role: number, protocol, who will listen. */
export const rolePorts: Readonly<
  Record<Role, readonly { port: number; protocol: "tcp" | "udp"; user: string }[]>
> = {
  "control-plane": [
    { port: 6443, protocol: "tcp", user: "kube-apiserver" },
    { port: 2379, protocol: "tcp", user: "etcd" },
    { port: 2380, protocol: "tcp", user: "etcd" },
    { port: 2381, protocol: "tcp", user: "etcd" },
    { port: 10257, protocol: "tcp", user: "kube-controller-manager" },
    { port: 10259, protocol: "tcp", user: "kube-scheduler" },
    { port: 10248, protocol: "tcp", user: "kubelet" },
    { port: 10250, protocol: "tcp", user: "kubelet" },
    { port: 10256, protocol: "tcp", user: "kube-proxy" },
    { port: 8472, protocol: "udp", user: "flannel" },
  ],
  worker: [
    { port: 10248, protocol: "tcp", user: "kubelet" },
    { port: 10250, protocol: "tcp", user: "kubelet" },
    { port: 10256, protocol: "tcp", user: "kube-proxy" },
    { port: 8472, protocol: "udp", user: "flannel" },
  ],
};

/** Processor architectures there are bundles for. */
export const architectures: readonly string[] = ["x86_64", "aarch64"];

/** Systems that the tests run on. */
export const testedSystems: readonly { id: string; versions: readonly string[]; name: string }[] = [
  { id: "debian", versions: ["12", "13"], name: "Debian 12, 13" },
];

/** Bits of the pod network that each node gets (kube-controller-manager's default for IPv4). */
export const nodePrefix = 24;

/** MTU candidates that path probing tries, besides that of the interface: jumbo, Ethernet, PPPoE, tunnels, IPv6's minimum. */
export const mtuSteps: readonly number[] = [9000, 1500, 1492, 1480, 1450, 1440, 1420, 1400, 1350, 1280];
