import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LabFolders, machineDirectory } from "./layout.ts";

/** Faults that last: kept as files, because the machine's keeper applies those of the link again after each boot. */
export type LastingFault = "cut" | "slow" | "loss" | "fill-disk";

const folderOf = (folders: LabFolders, lab: string, machine: string): string =>
  join(machineDirectory(folders, lab, machine), "faults");

/** Notes a fault with its figure; again with another figure replaces it. */
export const recordFault = (
  place: { folders: LabFolders; lab: string; machine: string },
  fault: LastingFault,
  figure = "",
): void => {
  const folder = folderOf(place.folders, place.lab, place.machine);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, fault), figure === "" ? "" : `${figure}\n`);
};

/** Removes the record of a fault that was undone; one that is not there is fine. */
export const forgetFault = (
  place: { folders: LabFolders; lab: string; machine: string },
  fault: LastingFault,
): void => rmSync(join(folderOf(place.folders, place.lab, place.machine), fault), { force: true });

/** Figure of a fault in force, or undefined. */
export const recordedFigure = (
  place: { folders: LabFolders; lab: string; machine: string },
  fault: LastingFault,
): number | undefined => {
  const path = join(folderOf(place.folders, place.lab, place.machine), fault);
  return existsSync(path) ? Number(readFileSync(path, "utf8")) : undefined;
};

const UNITS: Readonly<Record<string, string>> = { slow: " kbit/s", loss: " %" };

/** Faults in force, as shown to people: "cut", "slow 1000 kbit/s". */
export const recordedFaults = (folders: LabFolders, lab: string, machine: string): string[] => {
  const folder = folderOf(folders, lab, machine);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const figure = readFileSync(join(folder, name), "utf8").trim();
      return figure === "" ? name : `${name} ${figure}${UNITS[name] ?? ""}`;
    });
};
