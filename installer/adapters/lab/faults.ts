import { readFileSync, rmSync, statfsSync } from "node:fs";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { LabFault } from "../../contract/lab.ts";
import type { LabOptions } from "../../core/ports/lab.ts";
import { freezeGroup, machineGroups, processesOf } from "./cgroups.ts";
import { initOf } from "./container.ts";
import { forgetFault, recordFault } from "./fault-records.ts";
import { cutLink, healLink, loseOnLink, type MachinePlace, slowLink } from "./link-faults.ts";
import { cutPower, type MachineSources, powerOn, stateOf, waitForBoot } from "./power.ts";
import { run } from "./run.ts";
import type { LabRecord, MachineRecord } from "./state.ts";

/** What a fault works on. */
export interface FaultTarget {
  readonly sources: MachineSources;
  readonly record: LabRecord;
  readonly machine: MachineRecord;
  readonly options: LabOptions;
}

/** File that takes all the space of the data disk, as seen inside the machine. */
const FILL_FILE = "var/lib/slipway/.filled-by-the-lab";

const placeOf = ({ sources, record, machine }: FaultTarget): MachinePlace => ({
  folders: sources.folders,
  lab: record.name,
  machine: machine.name,
});

/** Process 1 of a machine that is on; rejects with LAB_MACHINE_OFF. */
const requireInit = ({ record, machine }: FaultTarget, fault: string): number => {
  const init = initOf(machineGroups(record.name, machine.name));
  if (init === undefined)
    throw SlipwayError.of("LAB_MACHINE_OFF", { lab: record.name, machine: machine.name, fault });
  return init;
};

const reboot = async (target: FaultTarget): Promise<void> => {
  const init = requireInit(target, "reboot");
  await freezeGroup(machineGroups(target.record.name, target.machine.name)[0] ?? "", "thawed");
  // What Ctrl-Alt-Del sends to process 1: systemd stops its services in order, then starts anew (systemd(1), SIGINT).
  process.kill(init, "SIGINT");
  await waitForBoot(target.sources.folders, target.record, target.machine, {
    otherThan: init,
    signal: target.options.signal,
  });
};

const fillDisk = async (target: FaultTarget): Promise<void> => {
  const root = `/proc/${requireInit(target, "fill-disk")}/root`;
  const file = `${root}/${FILL_FILE}`;
  recordFault(placeOf(target), "fill-disk");
  // Reserves blocks without writing them, so 20 GB cost nothing on the host. The file system needs some of the space it
  // has for the file's own map: the rest is taken in ever smaller pieces until not even a block is left.
  for (let tries = 0; tries < 50; tries += 1) {
    const { bavail, bsize } = statfsSync(`${root}/var/lib/slipway`);
    if (bavail === 0) return;
    const size = Math.max(1, bavail - tries * 64) * bsize;
    const piece = await run(["fallocate", "-l", String(size), `${file}.${tries}`], { expect: [0, 1] });
    if (piece.code !== 0) rmSync(`${file}.${tries}`, { force: true });
  }
};

const freeDisk = (target: FaultTarget): void => {
  const root = `/proc/${requireInit(target, "free-disk")}/root`;
  for (let tries = 0; tries < 50; tries += 1) rmSync(`${root}/${FILL_FILE}.${tries}`, { force: true });
  forgetFault(placeOf(target), "fill-disk");
};

const nameOf = (pid: number): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return undefined;
  }
};

const killProcess = (target: FaultTarget, name: string): void => {
  const init = requireInit(target, "kill-process");
  const [group = ""] = machineGroups(target.record.name, target.machine.name);
  const found = processesOf(group).filter((pid) => pid !== init && nameOf(pid) === name);
  if (found.length === 0) {
    throw SlipwayError.of("LAB_PROCESS_UNKNOWN", { process: name, machine: target.machine.name });
  }
  for (const pid of found) process.kill(pid, "SIGKILL");
};

const start = async (target: FaultTarget): Promise<void> => {
  const { sources, record, machine, options } = target;
  if (stateOf(record.name, machine.name) === "stopped") await powerOn(sources, record, machine, options);
};

const freeze = async (target: FaultTarget, frozen: "frozen" | "thawed"): Promise<void> => {
  const [group] = machineGroups(target.record.name, target.machine.name);
  if (group === undefined || stateOf(target.record.name, target.machine.name) === "stopped") {
    requireInit(target, frozen === "frozen" ? "freeze" : "thaw");
    return;
  }
  await freezeGroup(group, frozen);
};

/** Makes one fault on a container, or undoes it. */
export const applyFault = async (target: FaultTarget, fault: LabFault): Promise<void> => {
  const { record, machine, sources } = target;
  switch (fault.type) {
    case "kill":
      return cutPower(sources.folders, record.name, machine.name);
    case "start":
      return start(target);
    case "reboot":
      return reboot(target);
    case "freeze":
      return freeze(target, "frozen");
    case "thaw":
      return freeze(target, "thawed");
    case "cut":
      return cutLink(placeOf(target));
    case "heal":
      return healLink(placeOf(target));
    case "slow":
      return slowLink(placeOf(target), fault.kbitPerSecond);
    case "loss":
      return loseOnLink(placeOf(target), fault.percent);
    case "fill-disk":
      return fillDisk(target);
    case "free-disk":
      return freeDisk(target);
    case "kill-process":
      return killProcess(target, fault.process);
    case "clock":
      throw SlipwayError.of("LAB_FAULT_UNSUPPORTED", {
        fault: "clock",
        machine: machine.name,
        kind: machine.kind,
      });
  }
};
