import type { Role } from "../../../contract/spec/cluster.ts";
import { text, type Localized } from "../../contract.ts";
import { fine, problem, type Finding, type MachineCheck } from "../check.ts";
import { architectures, limitsFor } from "../limits.ts";

const roleNames: Readonly<Record<Role, string>> = { "control-plane": "控制平面", worker: "工作节点" };

const rolesOf = (roles: readonly Role[]): Localized =>
  text(roles.join(" and "), roles.map((role) => roleNames[role]).join("、"));

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** Processor architecture. */
const architecture: MachineCheck = {
  id: "architecture",
  scope: "machine",
  title: text("Processor architecture", "处理器架构"),
  severity: "blocks",
  needs: ["cpu"],
  why: text(
    "There are binaries and images for these architectures only.",
    "只有这些架构有对应的二进制文件和镜像。",
  ),
  remedy: text(
    `Use a machine with one of: ${architectures.join(", ")}.`,
    `请使用以下架构之一的机器：${architectures.join("、")}。`,
  ),
  run({ facts }) {
    const found = text(facts.cpu.architecture, facts.cpu.architecture);
    return architectures.includes(facts.cpu.architecture) ? fine(found) : problem(found);
  },
};

const cpuCores: MachineCheck = {
  id: "cpu-cores",
  scope: "machine",
  title: text("Processor cores for the role", "角色所需的处理器核数"),
  severity: "blocks",
  needs: ["cpu"],
  why: text(
    "A control plane with one core misses its own deadlines: leases run out and etcd changes leaders.",
    "单核的控制平面无法按时完成自身工作：租约会过期，etcd 会反复选主。",
  ),
  remedy: text("Give the machine more cores, or another role.", "请为该机器增加核数，或改用其他角色。"),
  run({ facts, machine }) {
    const { cores } = limitsFor(machine.roles);
    const found = text(
      `${facts.cpu.usable} usable, ${cores} needed for ${rolesOf(machine.roles).en}`,
      `可用 ${facts.cpu.usable} 核，${rolesOf(machine.roles)["zh-CN"]} 需要 ${cores} 核`,
    );
    return facts.cpu.usable >= cores ? fine(found) : problem(found);
  },
};

const memory: MachineCheck = {
  id: "memory",
  scope: "machine",
  title: text("Memory for the role", "角色所需的内存"),
  severity: "blocks",
  needs: ["memory"],
  why: text(
    "Short of memory, the kernel kills whichever part is largest, often the API server.",
    "内存不足时内核会杀掉占用最大的进程，往往就是 API 服务器。",
  ),
  remedy: text("Give the machine more memory, or another role.", "请为该机器增加内存，或改用其他角色。"),
  run({ facts, machine }) {
    const { memoryBytes } = limitsFor(machine.roles);
    const found = text(
      `${gigabytes(facts.memory.totalBytes)}, ${gigabytes(memoryBytes)} needed for ${rolesOf(machine.roles).en}`,
      `共 ${gigabytes(facts.memory.totalBytes)}，${rolesOf(machine.roles)["zh-CN"]} 需要 ${gigabytes(memoryBytes)}`,
    );
    return facts.memory.totalBytes >= memoryBytes ? fine(found) : problem(found);
  },
};

const diskSpace: MachineCheck = {
  id: "disk-space",
  scope: "machine",
  title: text("Free space where Kubernetes writes", "Kubernetes 写入路径的可用空间"),
  severity: "blocks",
  needs: ["space", "mounts"],
  why: text(
    "A full file system stops etcd, and kubelet throws pods out once a tenth is left.",
    "文件系统写满会使 etcd 停止；剩余不足一成时 kubelet 就会驱逐 Pod。",
  ),
  remedy: text(
    "Free or add space on the file system named, or mount a larger one there.",
    "请在所列文件系统上释放或增加空间，或在该处挂载更大的文件系统。",
  ),
  run({ facts, machine }): Finding {
    const needed = new Map<string, { bytes: number; paths: string[]; available: number }>();
    for (const [path, bytes] of Object.entries(limitsFor(machine.roles).space)) {
      const space = facts.space.find((entry) => entry.path === path);
      if (space === undefined) continue;
      const sum = needed.get(space.mount) ?? { bytes: 0, paths: [], available: space.availableBytes };
      needed.set(space.mount, { ...sum, bytes: sum.bytes + bytes, paths: [...sum.paths, path] });
    }
    const short = [...needed].filter(([, { bytes, available }]) => available < bytes);
    const tell = ([mount, { bytes, available, paths }]: (typeof short)[number]): [string, string] => [
      `${mount} has ${gigabytes(available)} free, ${gigabytes(bytes)} needed for ${paths.join(", ")}`,
      `${mount} 可用 ${gigabytes(available)}，${paths.join("、")} 共需 ${gigabytes(bytes)}`,
    ];
    const told = (short.length > 0 ? short : [...needed]).map(tell);
    const found = text(told.map(([en]) => en).join("; "), told.map(([, zh]) => zh).join("；"));
    return short.length === 0 ? fine(found) : problem(found);
  },
};

const inodes: MachineCheck = {
  id: "inodes",
  scope: "machine",
  title: text("Free inodes where images are unpacked", "镜像解包路径的可用 inode"),
  severity: "warns",
  needs: ["space"],
  why: text(
    "Images are many small files: a file system can be out of inodes with space left.",
    "镜像由大量小文件组成：文件系统可能在尚有空间时就耗尽 inode。",
  ),
  remedy: text(
    "Remove small files there, or make the file system again with more inodes.",
    "请清理该处的小文件，或用更多 inode 重建文件系统。",
  ),
  run({ facts }) {
    const space = facts.space.find(({ path }) => path === "/var/lib/containerd");
    const free = space?.inodesFree ?? null;
    if (free === null)
      return fine(text("the file system has no fixed number", "该文件系统没有固定的 inode 数量"));
    const found = text(`${free} free on ${space?.mount}`, `${space?.mount} 可用 ${free} 个`);
    return free >= 200_000 ? fine(found) : problem(found);
  },
};

/** Checks of what the machine is made of. */
export const hardwareChecks: readonly MachineCheck[] = [architecture, cpuCores, memory, diskSpace, inodes];
