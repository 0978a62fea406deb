import * as z from "zod";

/** Who the installed system says it is. */
export const IdentityFacts = z.object({
  hostname: z.string(),
  machineId: z.string().nullable().describe("/etc/machine-id; equal on machines cloned without care"),
  bootId: z.string().nullable(),
  uptimeSeconds: z.number().nullable(),
});
export type IdentityFacts = Readonly<z.output<typeof IdentityFacts>>;

/** What the system runs on. In a container the hardware that can be seen is the host's. */
export const VirtualisationFacts = z.object({
  kind: z.enum(["none", "vm", "container", "unknown"]),
  technology: z.string().nullable().describe("By systemd-detect-virt: kvm, vmware, systemd-nspawn, ..."),
});
export type VirtualisationFacts = Readonly<z.output<typeof VirtualisationFacts>>;

/** os-release(5). */
export const OsFacts = z.object({
  id: z.string(),
  versionId: z.string().nullable(),
  name: z.string(),
  like: z.array(z.string()),
});
export type OsFacts = Readonly<z.output<typeof OsFacts>>;

/** How a kernel feature is to be had: `module` can be loaded, `absent` cannot. */
export const FeatureState = z.enum(["builtin", "loaded", "module", "absent", "unknown"]);
export type FeatureState = z.output<typeof FeatureState>;

/** The running kernel. */
export const KernelFacts = z.object({
  release: z.string(),
  features: z
    .record(z.string(), FeatureState)
    .describe("By the module's name, such as overlay or br_netfilter"),
  sysctls: z.record(z.string(), z.string()),
});
export type KernelFacts = Readonly<z.output<typeof KernelFacts>>;

/** `hybrid` is version 1 with an empty version 2 hierarchy beside it; for kubelet that is version 1. */
export const CgroupFacts = z.object({
  version: z.enum(["v1", "hybrid", "v2", "unknown"]),
  controllers: z.array(z.string()),
});
export type CgroupFacts = Readonly<z.output<typeof CgroupFacts>>;

/** The clock, measured against the appliance's as NTP does: by the middle of the round trip. */
export const TimeFacts = z.object({
  offsetMs: z.number().nullable().describe("Machine minus appliance; positive means that it is ahead"),
  uncertaintyMs: z.number().nullable().describe("The true offset lies within offsetMs +- this"),
  synchronised: z.boolean().nullable().describe("The kernel's own word (adjtimex)"),
  service: z.string().nullable().describe("What keeps it: chrony, systemd-timesyncd, ..."),
  source: z.string().nullable().describe("Time source in use, by chrony"),
  sourceOffsetMs: z.number().nullable().describe("Offset to that source, by chrony"),
  timeZone: z.string().nullable(),
});
export type TimeFacts = Readonly<z.output<typeof TimeFacts>>;

/** A mounted file system that can hold data; kernel interfaces such as /proc are left out. */
export const Mount = z.object({
  target: z.string(),
  source: z.string(),
  fstype: z.string(),
  options: z.array(z.string()),
});
export type Mount = Readonly<z.output<typeof Mount>>;

/** Space where Slipway and Kubernetes will write. The path need not exist yet: its nearest parent was measured. */
export const Space = z.object({
  path: z.string(),
  mount: z.string(),
  source: z.string(),
  fstype: z.string(),
  totalBytes: z.number(),
  availableBytes: z.number(),
  inodesFree: z.number().nullable().describe("Null where the file system has no fixed number of inodes"),
});
export type Space = Readonly<z.output<typeof Space>>;

/** Mandatory access control. */
export const SecurityFacts = z.object({
  selinux: z.enum(["enforcing", "permissive", "absent"]),
  apparmor: z.enum(["enabled", "absent"]),
});
export type SecurityFacts = Readonly<z.output<typeof SecurityFacts>>;

/** Something another Kubernetes, or an earlier attempt, has left or still runs. */
export const Leftover = z.object({
  kind: z.enum(["state", "process", "interface", "firewall", "program"]),
  what: z.string().describe("Path, process (pid), interface, chain or program"),
  product: z.string().describe("What it belongs to: kubernetes, etcd, k3s, flannel, ..."),
});
export type Leftover = Readonly<z.output<typeof Leftover>>;

/** What root may do here. Tried, not assumed: containers and hardened kernels take these away. */
export const PrivilegeFacts = z.object({
  lowerOomScore: z.boolean().describe("A process may make itself less likely to be killed (runc needs it)"),
  raiseOpenFiles: z.boolean().describe("The hard limit of open files may be raised to 1,048,576"),
  openFilesHard: z.number().nullable().describe("Hard limit now; null for unlimited"),
});
export type PrivilegeFacts = Readonly<z.output<typeof PrivilegeFacts>>;

/** What Slipway wrote about itself on the machine (/etc/slipway/machine.json). */
export const MachineMark = z.object({
  cluster: z.string(),
  machine: z.string(),
  member: z
    .boolean()
    .default(false)
    .describe("True once it serves in the cluster: then its Kubernetes is ours"),
});
export type MachineMark = Readonly<z.output<typeof MachineMark>>;
