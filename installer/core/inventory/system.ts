import type {
  CgroupFacts,
  IdentityFacts,
  MachineMark,
  Mount,
  OsFacts,
  PrivilegeFacts,
  SecurityFacts,
  Space,
  VirtualisationFacts,
} from "../../contract/facts.ts";
import { MachineMark as MachineMarkSchema } from "../../contract/facts.ts";
import { jsonOf, numberOf, textOf } from "./numbers.ts";
import { lines, table, valueMap } from "./sections.ts";

/** Names and numbers that tell one installed system from another. */
export const identityOf = (section: string | undefined): IdentityFacts => {
  const values = valueMap(section);
  return {
    hostname: values.get("/proc/sys/kernel/hostname") ?? "",
    machineId: textOf(values.get("/etc/machine-id")),
    bootId: textOf(values.get("/proc/sys/kernel/random/boot_id")),
    uptimeSeconds: numberOf(values.get("/proc/uptime")?.split(" ")[0]) ?? null,
  };
};

/** os-release(5): shell-like assignments with optional quotes. */
export const osOf = (section: string | undefined): OsFacts => {
  const fields = new Map(
    lines(section).map((line) => {
      const [name = "", ...value] = line.split("=");
      return [
        name.trim(),
        value
          .join("=")
          .trim()
          .replaceAll(/^["']|["']$/g, ""),
      ];
    }),
  );
  return {
    id: fields.get("ID") ?? "unknown",
    versionId: textOf(fields.get("VERSION_ID")),
    name: fields.get("PRETTY_NAME") ?? fields.get("NAME") ?? "unknown",
    like: (fields.get("ID_LIKE") ?? "").split(" ").filter(Boolean),
  };
};

/** A container inside a virtual machine counts as a container: that is what decides which hardware is its own. */
export const virtualisationOf = (section: string | undefined): VirtualisationFacts => {
  const values = valueMap(section);
  const answer = (name: string): string | null => {
    const value = textOf(values.get(name));
    return value === "none" ? null : value;
  };
  const container = answer("container");
  if (container !== null) return { kind: "container", technology: container };
  const vm = answer("vm");
  if (vm !== null) return { kind: "vm", technology: vm === "unknown" ? null : vm };
  return { kind: values.size === 0 ? "unknown" : "none", technology: null };
};

interface MountEntry extends Mount {
  readonly root: string;
}

/** /proc/self/mountinfo (proc(5)): blanks in names are octal escapes; optional fields end at a lone dash. */
const mountEntries = (section: string | undefined): MountEntry[] =>
  lines(section).map((line) => {
    const fields = line.split(" ");
    const dash = fields.indexOf("-", 6);
    const plain = (field: string | undefined): string =>
      (field ?? "").replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCodePoint(Number.parseInt(octal, 8)),
      );
    return {
      root: plain(fields[3]),
      target: plain(fields[4]),
      fstype: plain(fields[dash + 1]),
      source: plain(fields[dash + 2]),
      options: [...new Set([...(fields[5] ?? "").split(","), ...(fields[dash + 3] ?? "").split(",")])].filter(
        Boolean,
      ),
    };
  });

const kernelInterfaces = new Set(
  "proc sysfs devtmpfs devpts cgroup cgroup2 securityfs debugfs tracefs pstore bpf mqueue hugetlbfs configfs fusectl efivarfs binfmt_misc autofs nsfs rpc_pipefs selinuxfs ramfs".split(
    " ",
  ),
);

/** Mounts that can hold data, each place once: the last one there covers the earlier ones. */
export const mountsOf = (section: string | undefined): Mount[] => [
  ...new Map(
    mountEntries(section)
      .filter(
        ({ fstype, target }) => !kernelInterfaces.has(fstype) && !/^\/(sys|proc|dev)(\/|$)/.test(target),
      )
      .map(({ target, source, fstype, options }) => [target, { target, source, fstype, options }] as const),
  ).values(),
];

/** Which control-group hierarchy is at /sys/fs/cgroup. */
export const cgroupOf = (sources: {
  readonly mounts: string | undefined;
  readonly cgroups: string | undefined;
  readonly controllers: string | undefined;
}): CgroupFacts => {
  const mounts = mountEntries(sources.mounts).filter(({ target }) => target.startsWith("/sys/fs/cgroup"));
  if (mounts.some(({ target, fstype }) => target === "/sys/fs/cgroup" && fstype === "cgroup2")) {
    return { version: "v2", controllers: (sources.controllers ?? "").trim().split(/\s+/).filter(Boolean) };
  }
  const first = mounts.filter(({ fstype }) => fstype === "cgroup");
  if (first.length === 0) return { version: "unknown", controllers: [] };
  const enabled = lines(sources.cgroups)
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.split("\t"))
    .filter(([, , , on]) => on === "1")
    .map(([name = ""]) => name);
  return {
    version: mounts.some(({ fstype }) => fstype === "cgroup2") ? "hybrid" : "v1",
    controllers: enabled,
  };
};

/** Room on the file systems behind the paths the collector was told; the deepest mount that holds a path is its own. */
export const spaceOf = (section: string | undefined, mounts: readonly Mount[]): Space[] =>
  table(section).flatMap(([path = "", real = "", numbers = ""]) => {
    const [blockSize, blocks, available, inodes, inodesFree] = numbers.split(" ").map(numberOf);
    if (blockSize === undefined || blocks === undefined || available === undefined) return [];
    const mount = mountOf(real, mounts);
    return [
      {
        path,
        mount: mount?.target ?? "/",
        source: mount?.source ?? "unknown",
        fstype: mount?.fstype ?? "unknown",
        totalBytes: blockSize * blocks,
        availableBytes: blockSize * available,
        inodesFree: inodes === undefined || inodes === 0 ? null : (inodesFree ?? null),
      },
    ];
  });

/** The last mount wins among those at the same place: it covers the earlier ones. */
const mountOf = (path: string, mounts: readonly Mount[]): Mount | undefined =>
  mounts
    .filter(({ target }) => target === "/" || path === target || path.startsWith(`${target}/`))
    .reduce<Mount | undefined>(
      (best, mount) => (best === undefined || mount.target.length >= best.target.length ? mount : best),
      undefined,
    );

/** Mandatory access control by the kernel's own files. */
export const securityOf = (section: string | undefined): SecurityFacts => {
  const values = valueMap(section);
  const enforce = values.get("/sys/fs/selinux/enforce");
  return {
    selinux: enforce === undefined ? "absent" : enforce === "1" ? "enforcing" : "permissive",
    apparmor: values.get("/sys/module/apparmor/parameters/enabled") === "Y" ? "enabled" : "absent",
  };
};

/** What the collector could and could not do as root. */
export const privilegesOf = (section: string | undefined): PrivilegeFacts => {
  const values = new Map(lines(section).map((line) => line.split(" ") as [string, string]));
  return {
    lowerOomScore: values.get("lowerOomScore") === "yes",
    raiseOpenFiles: values.get("raiseOpenFiles") === "yes",
    openFilesHard: numberOf(values.get("openFilesHard")) ?? null,
  };
};

/** Slipway's own mark, or null where there is none that can be understood. */
export const markOf = (section: string | undefined): MachineMark | null =>
  MachineMarkSchema.safeParse(jsonOf(section)).data ?? null;
