import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createGroups, processesOf } from "./cgroups.ts";
import { BRIDGE, inNamespace, type LabFolders, machineDirectory } from "./layout.ts";
import type { LabRecord, MachineRecord } from "./state.ts";

const KEEPER = join(import.meta.dirname, "scripts", "container.sh");

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** What the machine's console has shown since it was last powered on, the last lines of it. */
export const consoleTail = (folders: LabFolders, lab: string, machine: string): string =>
  read(join(machineDirectory(folders, lab, machine), "console.log"))
    .split("\n")
    .slice(-30)
    .join("\n");

/** Process that is 1 inside the machine, by the host's number; undefined while the machine is off. */
export const initOf = (groups: readonly string[]): number | undefined => {
  const [unified] = groups;
  if (unified === undefined) return undefined;
  return processesOf(unified).find((pid) => {
    const numbers = /^NSpid:\t(.*)$/m.exec(read(`/proc/${pid}/status`))?.[1]?.split("\t") ?? [];
    // Two numbers: one namespace below the host's. Containers inside the machine have one more.
    return numbers.length === 2 && numbers[1] === "1";
  });
};

/** True once something listens on the SSH port inside the machine; looked up in /proc, so without a packet. */
export const listensOnSsh = (init: number): boolean =>
  ["tcp", "tcp6"].some((table) =>
    / [0-9A-F]+:0016 [0-9A-F]+:0000 0A /.test(read(`/proc/${init}/net/${table}`)),
  );

/** What the keepers get from the environment: nothing of the engine's own. */
export const KEEPER_ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C.UTF-8",
};

/** Starts a keeper that outlives this process, in the lab's network, with its output in the machine's console.log. */
export const startKeeper = (lab: string, folder: string, argv: readonly string[]): void => {
  const [file = "", ...args] = inNamespace(lab, argv);
  const log = openSync(join(folder, "console.log"), "w", 0o600);
  const child = spawn(file, args, {
    cwd: "/",
    detached: true,
    env: KEEPER_ENVIRONMENT,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  child.unref();
};

/** Powers a container on; the caller waits for it to answer. */
export const startContainer = (
  place: { folders: LabFolders; base: string },
  record: LabRecord,
  machine: MachineRecord,
): void => {
  const folder = machineDirectory(place.folders, record.name, machine.name);
  startKeeper(record.name, folder, [
    ...["unshare", "--mount", "--propagation", "private", "--"],
    ...["/bin/sh", KEEPER, folder, machine.name, place.base, BRIDGE],
    ...createGroups(record.name, machine.name),
  ]);
};
