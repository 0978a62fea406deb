import { SlipwayError } from "../../contract/errors/index.ts";
import type { LabMachineState } from "../../contract/lab.ts";
import type { LabOptions } from "../../core/ports/lab.ts";
import { killGroups, machineGroups, processesOf, removeGroups, statOf } from "./cgroups.ts";
import { consoleTail, initOf, listensOnSsh, startContainer } from "./container.ts";
import { waitForDisks } from "./down.ts";
import { inNamespace, type LabFolders, machineDirectory, portName } from "./layout.ts";
import { poll, run } from "./run.ts";
import type { LabRecord, MachineRecord } from "./state.ts";

/** A container boots in a second on a quiet computer; this is for a very busy one. */
const BOOT_TIMEOUT_MS = 60_000;

/** Where machines are made from. */
export interface MachineSources {
  readonly folders: LabFolders;
  readonly base: string;
}

/** Running, frozen or stopped, by what the kernel has of it. */
export const stateOf = (lab: string, machine: string): LabMachineState => {
  const [group] = machineGroups(lab, machine);
  if (group === undefined || processesOf(group).length === 0) return "stopped";
  return statOf(group, "cgroup.events", "frozen") === 1 ? "frozen" : "running";
};

/** Waits until the machine answers on SSH. Rejects with LAB_MACHINE_NOT_BOOTED and the end of its console. */
export const waitForBoot = async (
  folders: LabFolders,
  record: LabRecord,
  machine: MachineRecord,
  settings: { otherThan?: number | undefined; signal?: AbortSignal | undefined } = {},
): Promise<void> => {
  const lab = record.name;
  const booted = await poll(
    () => {
      const init = initOf(machineGroups(lab, machine.name));
      return init !== undefined && init !== settings.otherThan && listensOnSsh(init) ? true : undefined;
    },
    { timeoutMs: BOOT_TIMEOUT_MS, signal: settings.signal },
  );
  if (booted === true) return;
  throw SlipwayError.of(
    "LAB_MACHINE_NOT_BOOTED",
    { lab, machine: machine.name, seconds: BOOT_TIMEOUT_MS / 1000 },
    { machine: machine.name, detail: consoleTail(folders, lab, machine.name) },
  );
};

/** Powers a stopped machine on and waits until it answers. */
export const powerOn = async (
  sources: MachineSources,
  record: LabRecord,
  machine: MachineRecord,
  options: LabOptions = {},
): Promise<void> => {
  // Two file systems over the same disk would destroy it: what is left of the last run must be gone.
  await waitForDisks(machineDirectory(sources.folders, record.name, machine.name));
  removeGroups(machineGroups(record.name, machine.name));
  startContainer(sources, record, machine);
  await waitForBoot(sources.folders, record, machine, { signal: options.signal });
};

/** Everything of the machine stops at once, as if its plug were pulled; it stays off. */
export const cutPower = async (folders: LabFolders, lab: string, machine: string): Promise<void> => {
  const groups = machineGroups(lab, machine);
  // Removed, not only emptied: a group remembers that it was killed, and the kernel then kills at birth what systemd clones
  // into a group of another past (CLONE_INTO_CGROUP, Linux 6.18), so that the next boot would lose services at random.
  await poll(async () => ((await killGroups(groups)) && removeGroups(groups) ? true : undefined), {
    timeoutMs: 20_000,
    everyMs: 20,
  });
  // The kernel takes the link down a moment after the last process; the next boot needs its name at once.
  await run(inNamespace(lab, ["ip", "link", "delete", "dev", portName(machine)]), { expect: [0, 1] });
  await waitForDisks(machineDirectory(folders, lab, machine));
};
