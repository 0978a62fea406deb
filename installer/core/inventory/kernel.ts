import type { FeatureState } from "../../contract/facts.ts";
import { lines, table } from "./sections.ts";

/** Kernel features that Kubernetes or its parts can need: module name to Kconfig option. */
export const kernelOptions: Readonly<Record<string, string>> = {
  overlay: "OVERLAY_FS",
  br_netfilter: "BRIDGE_NETFILTER",
  bridge: "BRIDGE",
  veth: "VETH",
  vxlan: "VXLAN",
  nf_conntrack: "NF_CONNTRACK",
  nf_tables: "NF_TABLES",
  nft_ct: "NFT_CT",
  nft_masq: "NFT_MASQ",
  ip_tables: "IP_NF_IPTABLES",
  ip_vs: "IP_VS",
  "8021q": "VLAN_8021Q",
  dm_mod: "BLK_DEV_DM",
  wireguard: "WIREGUARD",
  nvme_tcp: "NVME_TCP",
  nbd: "BLK_DEV_NBD",
  seccomp: "SECCOMP_FILTER",
  user_ns: "USER_NS",
  cgroup_pids: "CGROUP_PIDS",
  memcg: "MEMCG",
  cfs_bandwidth: "CFS_BANDWIDTH",
};

/** Kernel settings that Kubernetes reads or wants changed. */
export const sysctlPaths = [
  "/proc/sys/net/ipv4/ip_forward",
  "/proc/sys/net/bridge/bridge-nf-call-iptables",
  "/proc/sys/fs/inotify/max_user_instances",
  "/proc/sys/fs/inotify/max_user_watches",
  "/proc/sys/kernel/pid_max",
  "/proc/sys/kernel/panic",
  "/proc/sys/vm/overcommit_memory",
  "/proc/sys/vm/max_map_count",
  "/proc/sys/net/netfilter/nf_conntrack_max",
] as const;

/** What tells about kernel features, as the collector sends it. */
export interface KernelSources {
  readonly config: string | undefined;
  readonly available: string | undefined;
  readonly modules: string | undefined;
  readonly filesystems: string | undefined;
  readonly sysctls: string | undefined;
}

/**
 * Where each feature stands. Evidence in order of strength: loaded, built in, a module file that is really there, a
 * configuration that says no. A module that the configuration names but no module folder holds counts as absent, if the
 * folder could be read at all.
 */
export const kernelFeatures = (sources: KernelSources): Record<string, FeatureState> => {
  const loaded = new Set(lines(sources.modules).map((line) => line.split(" ")[0] ?? ""));
  const filesystems = new Set(lines(sources.filesystems).map((line) => line.split("\t").at(-1) ?? ""));
  const config = new Map(
    lines(sources.config).map((line) => {
      const [option = "", value = ""] = line.replace(/^CONFIG_/, "").split("=");
      return [option, value];
    }),
  );
  const files = new Map(
    table(sources.available).map(([kind = "", path = ""]) => [
      (path.split("/").at(-1) ?? "").replace(/\.ko.*$/, "").replaceAll("-", "_"),
      kind,
    ]),
  );
  const running = (module: string): boolean =>
    loaded.has(module) ||
    (module === "overlay" && filesystems.has("overlay")) ||
    (module === "br_netfilter" && (sources.sysctls ?? "").includes("bridge-nf-call-iptables"));
  const judge = (module: string, option: string): FeatureState => {
    if (config.get(option) === "y" || files.get(module) === "builtin") return "builtin";
    if (running(module)) return "loaded";
    if (files.get(module) === "module") return "module";
    if (config.get(option) === "m") return sources.available === undefined ? "unknown" : "absent";
    return sources.config === undefined ? "unknown" : "absent";
  };
  return Object.fromEntries(
    Object.entries(kernelOptions).map(([module, option]) => [module, judge(module, option)]),
  );
};

/** Settings by their dotted names. */
export const sysctls = (section: string | undefined): Record<string, string> =>
  Object.fromEntries(
    table(section).map(([path = "", value = ""]) => [
      path.replace("/proc/sys/", "").replaceAll("/", "."),
      value.trim(),
    ]),
  );
