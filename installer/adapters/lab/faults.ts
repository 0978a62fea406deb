import { readFileSync, rmSync, statfsSync } from "node:fs";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { LabFault, LabPower } from "../../contract/lab.ts";
import { freezeGroup, machineGroups, processesOf } from "./cgroups.ts";
import { initOf } from "./container.ts";
import { forgetFault, recordFault } from "./fault-records.ts";
import { cutLink, healLink, loseOnLink, type MachinePlace, slowLink } from "./link-faults.ts";
import { cutPower, powerOn, type PowerTarget, shutDown, stateOf, waitForBoot } from "./power.ts";
import { run } from "./run.ts";
import { applyInnerFault, type InnerFault } from "./vm-faults.ts";

/** File that takes all the space of the data disk, as seen inside the machine. */
const FILL_FILE = "var/lib/slipway/.filled-by-the-lab";

const placeOf = ({ sources, record, machine }: PowerTarget): MachinePlace => ({
  folders: sources.folders,
  lab: record.name,
  machine: machine.name,
});

/** Process 1 of a machine that is on; rejects with LAB_MACHINE_OFF. */
const requireInit = ({ record, machine }: PowerTarget, fault: string): number => {
  const init = initOf(machineGroups(record.name, machine.name));
  if (init === undefined)
    throw SlipwayError.of("LAB_MACHINE_OFF", { lab: record.name, machine: machine.name, fault });
  return init;
};

const reboot = async (target: PowerTarget): Promise<void> => {
  const init = requireInit(target, "reboot");
  await freezeGroup(machineGroups(target.record.name, target.machine.name)[0] ?? "", "thawed");
  // What Ctrl-Alt-Del sends to process 1: systemd stops its services in order, then starts anew (systemd(1), SIGINT).
  process.kill(init, "SIGINT");
  await waitForBoot({ ...target, folders: target.sources.folders }, { otherThan: String(init) });
};

const fillDisk = async (target: PowerTarget): Promise<void> => {
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

const freeDisk = (target: PowerTarget): void => {
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

const killProcess = (target: PowerTarget, name: string): void => {
  const init = requireInit(target, "kill-process");
  const [group = ""] = machineGroups(target.record.name, target.machine.name);
  const found = processesOf(group).filter((pid) => pid !== init && nameOf(pid) === name);
  if (found.length === 0) {
    throw SlipwayError.of("LAB_PROCESS_UNKNOWN", { process: name, machine: target.machine.name });
  }
  for (const pid of found) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // A process of the same name that ended with the one before it.
    }
  }
};

const start = async (target: PowerTarget): Promise<void> => {
  const { record, machine } = target;
  if (stateOf(record.name, machine.name) === "stopped") await powerOn(target);
};

const freeze = async (target: PowerTarget, frozen: "frozen" | "thawed"): Promise<void> => {
  const { record, machine } = target;
  const [group] = machineGroups(record.name, machine.name);
  if (group === undefined || stateOf(record.name, machine.name) === "stopped") {
    throw SlipwayError.of("LAB_MACHINE_OFF", {
      lab: record.name,
      machine: machine.name,
      fault: frozen === "frozen" ? "freeze" : "thaw",
    });
  }
  await freezeGroup(group, frozen);
};

/** Inside a container the host sees files and processes directly; an emulated machine has to be logged in to. */
const applyInside = async (target: PowerTarget, fault: InnerFault): Promise<void> => {
  const { sources, record, machine } = target;
  if (machine.kind !== "container")
    return applyInnerFault({ folders: sources.folders, record, machine }, fault);
  switch (fault.type) {
    case "reboot":
      return reboot(target);
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

/** Presses a power button of a machine. */
export const applyPower = async (target: PowerTarget, power: LabPower): Promise<void> => {
  switch (power) {
    case "on":
      return start(target);
    case "off":
      return shutDown(target);
    case "cut":
      return cutPower(target.sources.folders, target.record.name, target.machine.name);
  }
};

/** Makes one fault on a machine, or undoes it. */
export const applyFault = async (target: PowerTarget, fault: LabFault): Promise<void> => {
  const { record, machine, sources } = target;
  switch (fault.type) {
    case "kill":
      return cutPower(sources.folders, record.name, machine.name);
    case "start":
      return start(target);
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
    case "reboot":
    case "fill-disk":
    case "free-disk":
    case "kill-process":
    case "clock":
      return applyInside(target, fault);
  }
};
