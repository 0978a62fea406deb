import { SlipwayError } from "../../contract/errors/index.ts";
import type { LabMachineState } from "../../contract/lab.ts";
import { killGroups, machineGroups, processesOf, removeGroups, statOf } from "./cgroups.ts";
import { consoleTail, initOf, listensOnSsh, startContainer } from "./container.ts";
import { waitForDisks } from "./down.ts";
import { recordedFaults } from "./fault-records.ts";
import { pressPowerButton, startMetal } from "./metal.ts";
import { inNamespace, type LabFolders, machineDirectory, portName } from "./layout.ts";
import { poll, run } from "./run.ts";
import { onMachine, type SshPlace } from "./ssh-client.ts";
import type { LabRecord, MachineRecord } from "./state.ts";
import { startVm } from "./vm.ts";
import type { VmSources } from "./vm-image.ts";

/** A container boots in a second on a quiet computer, an emulated machine in 20 s; these are for very busy ones. */
const BOOT_TIMEOUT_MS = { container: 60_000, vm: 240_000, metal: 240_000 } as const;

/** Time that a system gets to shut down before the operator is told that it does not. */
const OFF_TIMEOUT_MS = 120_000;

/** Time a keeper gets to enter the machine's group before an empty group means that it has ended. */
const KEEPER_GRACE_MS = 5000;

/** Where machines are made from. */
export interface MachineSources {
  readonly folders: LabFolders;
  readonly base: string;
  /** Known once the lab has emulated machines. */
  readonly vm?: VmSources;
  /** Root with the emulator, once the lab has blank machines. */
  readonly metal?: string;
}

/** A machine and what it is made from. */
export interface PowerTarget {
  readonly sources: MachineSources;
  readonly record: LabRecord;
  readonly machine: MachineRecord;
}

/** Running, frozen or stopped, by what the kernel has of it. */
export const stateOf = (lab: string, machine: string): LabMachineState => {
  const [group] = machineGroups(lab, machine);
  if (group === undefined || processesOf(group).length === 0) return "stopped";
  return statOf(group, "cgroup.events", "frozen") === 1 ? "frozen" : "running";
};

/** The kernel's own number of this boot, by which a reboot can be told. */
export const bootIdOf = async (place: SshPlace): Promise<string> =>
  (await onMachine(place, "cat /proc/sys/kernel/random/boot_id")).stdout.trim();

const vmAnswers = async (place: SshPlace, otherThan: string | undefined): Promise<true | undefined> => {
  try {
    return (await bootIdOf(place)) === otherThan ? undefined : true;
  } catch {
    return undefined;
  }
};

/** Waits until the machine answers on SSH; `otherThan` is process 1 (or boot id) of the boot that must be over. Rejects with LAB_MACHINE_NOT_BOOTED and the end of its console. */
export const waitForBoot = async (
  place: SshPlace,
  settings: { otherThan?: string | undefined; signal?: AbortSignal | undefined } = {},
): Promise<void> => {
  const { folders, record, machine } = place;
  const lab = record.name;
  const timeoutMs = BOOT_TIMEOUT_MS[machine.kind];
  const started = performance.now();
  const booted = await poll(
    () => {
      // Its keeper has ended: waiting longer cannot help.
      if (performance.now() - started > KEEPER_GRACE_MS && stateOf(lab, machine.name) === "stopped")
        return false;
      if (machine.kind !== "container") return vmAnswers(place, settings.otherThan);
      const init = initOf(machineGroups(lab, machine.name));
      return init !== undefined && String(init) !== settings.otherThan && listensOnSsh(init)
        ? true
        : undefined;
    },
    { timeoutMs, everyMs: machine.kind === "container" ? 30 : 500, signal: settings.signal },
  );
  if (booted === true) return;
  throw SlipwayError.of(
    "LAB_MACHINE_NOT_BOOTED",
    { lab, machine: machine.name, seconds: Math.round((performance.now() - started) / 1000) },
    { machine: machine.name, detail: consoleTail(folders, lab, machine.name) },
  );
};

/** Powers a stopped machine on and waits until it answers, unless it is a blank one, which may never do. */
export const powerOn = async (
  { sources, record, machine }: PowerTarget,
  signal?: AbortSignal,
): Promise<void> => {
  // Two file systems over the same disk would destroy it: what is left of the last run must be gone.
  await waitForDisks(machineDirectory(sources.folders, record.name, machine.name));
  removeGroups(machineGroups(record.name, machine.name));
  if (machine.kind === "container") startContainer(sources, record, machine);
  else if (machine.kind === "metal") {
    if (sources.metal !== undefined)
      startMetal({ folders: sources.folders, tools: sources.metal }, record, machine);
    await waitForPower(record.name, machine.name);
    return;
  } else if (sources.vm !== undefined) startVm({ folders: sources.folders, vm: sources.vm }, record, machine);
  await waitForBoot({ folders: sources.folders, record, machine }, { signal });
};

/** Waits until the machine's keeper works, so that its state reads as running from then on. */
const waitForPower = async (lab: string, machine: string): Promise<void> => {
  await poll(() => (stateOf(lab, machine) === "running" ? true : undefined), {
    timeoutMs: KEEPER_GRACE_MS,
    everyMs: 30,
  });
};

/** Asks the system to shut down, and waits until the machine is off. Rejects with LAB_MACHINE_STILL_ON. */
export const shutDown = async ({ sources, record, machine }: PowerTarget): Promise<void> => {
  const { folders } = sources;
  const lab = record.name;
  if (stateOf(lab, machine.name) === "stopped") return;
  if (machine.kind === "metal") await pressPowerButton(folders, lab, machine.name);
  else await onMachine({ folders, record, machine }, "systemctl poweroff", { expect: [0, 255] });
  const off = await poll(() => (stateOf(lab, machine.name) === "stopped" ? true : undefined), {
    timeoutMs: OFF_TIMEOUT_MS,
    everyMs: 100,
  });
  if (off !== true) {
    const seconds = OFF_TIMEOUT_MS / 1000;
    throw SlipwayError.of("LAB_MACHINE_STILL_ON", { lab, machine: machine.name, seconds });
  }
};

/**
 * Powers the machine on unless it is, and waits until it answers. One that an operator has frozen, or made unreachable,
 * is left as it is.
 */
export const ensureRunning = async (target: PowerTarget, signal?: AbortSignal): Promise<void> => {
  const { sources, record, machine } = target;
  if (machine.kind === "metal") return;
  const state = stateOf(record.name, machine.name);
  if (state === "stopped") return powerOn(target, signal);
  const disturbed = recordedFaults(sources.folders, record.name, machine.name).length > 0;
  if (state === "running" && !disturbed)
    await waitForBoot({ ...target, folders: sources.folders }, { signal });
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
