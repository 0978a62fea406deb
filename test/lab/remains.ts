import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { labFolders } from "./harness.ts";

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

const foldersIn = (folder: string): string[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    // Other labs come and go while this one is looked at.
    return [];
  }
};

const groupsNamed = (folder: string, name: string, depth: number): string[] =>
  depth === 0
    ? []
    : foldersIn(folder).flatMap((child) =>
        child === name ? [join(folder, child)] : groupsNamed(join(folder, child), name, depth - 1),
      );

/**
 * Whatever of a lab is still on this computer, looked for without the lab's own code: mounts in any process's view, the
 * network, control groups, loop devices, processes that name its folder or live in its network, files.
 */
export const remainsOf = (lab: string): readonly string[] => {
  const folder = join(labFolders.home, lab);
  const namespace = `/run/netns/slipway-${lab}`;
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return [
    ...new Set([
      ...processes.flatMap((pid) =>
        read(`/proc/${pid}/mounts`)
          .split("\n")
          .filter((line) => line.includes(`${folder}/`) || line.includes(namespace))
          .map((line) => `mount ${line}`),
      ),
      ...processes
        .filter((pid) => read(`/proc/${pid}/cmdline`).includes(`${folder}/`))
        .map((pid) => `process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`),
      ...(existsSync(namespace) ? [`namespace ${namespace}`] : []),
      ...groupsNamed("/sys/fs/cgroup", `slipway-lab-${lab}`, 8).map((group) => `group ${group}`),
      ...readdirSync("/sys/block")
        .filter((name) => read(`/sys/block/${name}/loop/backing_file`).includes(`${folder}/`))
        .map((name) => `loop device ${name}`),
      ...readdirSync(labFolders.home)
        .filter((name) => name === lab || name === `.${lab}.lock`)
        .map((name) => `file ${name}`),
    ]),
  ];
};
