import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SlipwayError } from "../../contract/errors/index.ts";
import { groupName } from "./layout.ts";
import { poll } from "./run.ts";

/**
 * Control groups of a lab: `slipway-lab-<lab>/<machine>` below the group of whoever made the machine, in every hierarchy
 * of the host. The version 2 hierarchy is there on hybrid hosts too, without controllers; freezing and killing a whole
 * machine atomically is done through it (kernel documentation, admin-guide/cgroup-v2: cgroup.freeze, cgroup.kill).
 */
export interface Hierarchy {
  readonly mount: string;
  /** Folder of the calling process's group. */
  readonly own: string;
  readonly unified: boolean;
  readonly controllers: readonly string[];
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

/** The host's hierarchies, the unified one first. Rejects with LAB_HOST_UNSUPPORTED without one. */
export const hierarchies = (): readonly Hierarchy[] => {
  const paths = (read("/proc/self/cgroup") ?? "")
    .trim()
    .split("\n")
    .map((line) => {
      const [, controllers = "", ...path] = line.split(":");
      return { controllers, path: path.join(":") };
    });
  const found = (read("/proc/self/mountinfo") ?? "").split("\n").flatMap((line): Hierarchy[] => {
    const [before = "", after = ""] = line.split(" - ");
    const mount = before.split(" ")[4] ?? "";
    const [type, , options = ""] = after.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") return [];
    const unified = type === "cgroup2";
    const entry = paths.find(({ controllers }) =>
      unified
        ? controllers === ""
        : controllers !== "" && controllers.split(",").every((name) => options.split(",").includes(name)),
    );
    if (entry === undefined) return [];
    const own = join(mount, entry.path);
    return existsSync(own) ? [{ mount, own, unified, controllers: entry.controllers.split(",") }] : [];
  });
  if (!found.some((hierarchy) => hierarchy.unified)) {
    throw SlipwayError.of("LAB_HOST_UNSUPPORTED", { problem: "no cgroup v2 hierarchy is mounted" });
  }
  return found.toSorted((one, other) => Number(other.unified) - Number(one.unified));
};

/** Groups may not be deeper than this below a hierarchy's root for `down` to find them. */
const SEARCH_DEPTH = 8;

const children = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
};

const findBelow = (folder: string, name: string, depth: number): readonly string[] =>
  children(folder).flatMap((child) =>
    child === name
      ? [join(folder, child)]
      : depth === 0 || child.startsWith("slipway-lab-")
        ? []
        : findBelow(join(folder, child), name, depth - 1),
  );

/** Folders of the lab in every hierarchy, wherever their makers lived; unified first. */
export const labGroups = (lab: string): readonly string[] =>
  hierarchies().flatMap(({ mount }) => findBelow(mount, groupName(lab), SEARCH_DEPTH));

/** Folders of one machine of the lab, unified first; empty when it was never started. */
export const machineGroups = (lab: string, machine: string): readonly string[] =>
  labGroups(lab)
    .map((group) => join(group, machine))
    .filter((group) => existsSync(group));

/** Makes the machine's group in every hierarchy (those that exist are used) and gives their folders, unified first. */
export const createGroups = (lab: string, machine: string): readonly string[] => {
  const existing = machineGroups(lab, machine);
  if (existing.length > 0) return existing;
  return hierarchies().map(({ own, controllers }) => {
    const folders = [join(own, groupName(lab)), join(own, groupName(lab), machine)] as const;
    for (const folder of folders) {
      mkdirSync(folder, { recursive: true });
      if (!controllers.includes("cpuset")) continue;
      // A new cpuset group is empty: nothing can enter it before it has processors and memory of its own.
      for (const file of ["cpuset.cpus", "cpuset.mems"]) {
        writeFileSync(join(folder, file), read(join(folder, "..", file)) ?? "");
      }
      writeFileSync(join(folder, "cgroup.clone_children"), "1");
    }
    return folders[1];
  });
};

const tree = (group: string): readonly string[] => [
  ...children(group).flatMap((child) => tree(join(group, child))),
  group,
];

/** Processes in the group and in all groups below it. */
export const processesOf = (group: string): readonly number[] =>
  tree(group).flatMap((folder) =>
    (read(join(folder, "cgroup.procs")) ?? "").split("\n").filter(Boolean).map(Number),
  );

/** A value of a "key value" file of the group, such as cpu.stat; undefined when there is no such file or key. */
export const statOf = (group: string, file: string, key: string): number | undefined => {
  const match = new RegExp(`^${key} (\\d+)$`, "m").exec(read(join(group, file)) ?? "");
  return match?.[1] === undefined ? undefined : Number(match[1]);
};

/** The content of a file of the group, or undefined. */
export const readGroup = (group: string, file: string): string | undefined => read(join(group, file))?.trim();

/** Stops or lets run every process of the machine; resolves once the kernel says so. */
export const freezeGroup = async (group: string, frozen: "frozen" | "thawed"): Promise<void> => {
  const wanted = frozen === "frozen" ? 1 : 0;
  writeFileSync(join(group, "cgroup.freeze"), String(wanted));
  await poll(() => (statOf(group, "cgroup.events", "frozen") === wanted ? true : undefined), {
    timeoutMs: 10_000,
  });
};

/**
 * Kills every process in and below the given groups of a machine or lab, frozen or not, and waits until none is left.
 * By group and never by process id: an id may be somebody else's by the time the signal is sent.
 */
export const killGroups = async (groups: readonly string[]): Promise<boolean> => {
  const gone = await poll(
    () => {
      for (const group of groups) {
        if (!existsSync(join(group, "cgroup.kill"))) continue;
        // A frozen version 2 group takes the signal as it is.
        writeFileSync(join(group, "cgroup.kill"), "1");
      }
      return groups.every((group) => processesOf(group).length === 0) ? true : undefined;
    },
    { timeoutMs: 15_000, everyMs: 20 },
  );
  return gone === true;
};

/** Removes emptied groups, leaf first. A process that enters meanwhile keeps its group; the answer is then false. */
export const removeGroups = (groups: readonly string[]): boolean => {
  for (const folder of groups.flatMap(tree)) {
    try {
      rmdirSync(folder);
    } catch {
      // Still in use: the caller sees it by the answer.
    }
  }
  return groups.every((group) => !existsSync(group));
};
