import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabMachineStatus, LabStatus } from "../../contract/lab.ts";
import { machineGroups, processesOf, readGroup, statOf } from "./cgroups.ts";
import { initOf } from "./container.ts";
import { recordedFaults } from "./fault-records.ts";
import { addressesOf, labDirectory, type LabFolders, labNamespacePath } from "./layout.ts";
import { panicOf } from "./metal.ts";
import { hasNetwork, readEgress } from "./network.ts";
import { stateOf } from "./power.ts";
import type { LabRecord, MachineRecord } from "./state.ts";

/** Clock ticks per second of /proc, fixed for user space (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS = 100;

const uptimeOf = (pid: number | undefined): number => {
  if (pid === undefined || !existsSync(`/proc/${pid}/stat`)) return 0;
  const afterName = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  const startedAt = Number(afterName[19]) / TICKS;
  return Math.max(0, Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) - startedAt);
};

/** What the machine holds and cannot give back at once: usage without the file cache that nobody touches. */
const memoryOf = (groups: readonly string[]): number => {
  for (const group of groups) {
    const used = readGroup(group, "memory.current") ?? readGroup(group, "memory.usage_in_bytes");
    if (used === undefined) continue;
    const idle =
      statOf(group, "memory.stat", "total_inactive_file") ??
      statOf(group, "memory.stat", "inactive_file") ??
      0;
    return Math.max(0, Number(used) - idle);
  }
  return 0;
};

const machineStatus = (folders: LabFolders, lab: string, machine: MachineRecord): LabMachineStatus => {
  const groups = machineGroups(lab, machine.name);
  const [unified] = groups;
  const { metal, ...about } = machine;
  const panic = metal === undefined ? undefined : panicOf(folders, lab, machine.name);
  return {
    ...about,
    ...(metal === undefined ? {} : { mac: metal.mac, firmware: metal.firmware }),
    state: stateOf(lab, machine.name),
    cpuSeconds: unified === undefined ? 0 : (statOf(unified, "cpu.stat", "usage_usec") ?? 0) / 1e6,
    memoryBytes: memoryOf(groups),
    uptimeSeconds: uptimeOf(
      machine.kind !== "container" && unified !== undefined ? processesOf(unified)[0] : initOf(groups),
    ),
    faults: [
      ...recordedFaults(folders, lab, machine.name),
      ...(panic === undefined ? [] : [`kernel panic: ${panic}`]),
    ],
  };
};

/** The lab as it is now, read from the kernel rather than remembered. */
export const statusOf = async (folders: LabFolders, record: LabRecord): Promise<LabStatus> => ({
  name: record.name,
  subnet: record.subnet,
  gateway: addressesOf(record.subnet).gateway,
  directory: join(labDirectory(folders, record.name)),
  namespace: labNamespacePath(record.name),
  machines: record.machines.map((machine) => machineStatus(folders, record.name, machine)),
  egress: hasNetwork(record.name) ? await readEgress(record.name) : { packets: 0, bytes: 0, dnsQueries: 0 },
});
