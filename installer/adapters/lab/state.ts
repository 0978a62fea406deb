import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { SlipwayError } from "../../contract/errors/index.ts";
import { LabFirmware, LabMachineKind } from "../../contract/lab.ts";
import { labDirectory, type LabFolders } from "./layout.ts";

/** One machine that the lab is meant to have. */
const MachineRecord = z.object({
  name: z.string(),
  kind: LabMachineKind,
  address: z.string(),
  /** Of a blank machine. */
  metal: z.object({ firmware: LabFirmware, mac: z.string(), disks: z.number() }).optional(),
});
export type MachineRecord = Readonly<z.output<typeof MachineRecord>>;

/** What a lab is, kept in its folder as lab.json; written before anything it names is made. */
const LabRecord = z.object({
  version: z.literal(1),
  name: z.string(),
  subnet: z.string(),
  /** Folder name of the base system in the cache: a machine must keep the one it was made over. */
  base: z.string(),
  /** The same for emulated machines, once the lab has any. */
  vm: z.object({ tools: z.string(), image: z.string() }).optional(),
  /** Tools that blank machines are emulated with, once the lab has any. */
  metal: z.object({ tools: z.string() }).optional(),
  machines: z.array(MachineRecord),
});
export type LabRecord = Readonly<z.output<typeof LabRecord>>;

const recordPath = (folders: LabFolders, lab: string): string => join(labDirectory(folders, lab), "lab.json");

/** The lab's record, or undefined when there is none. */
export const readRecord = (folders: LabFolders, lab: string): LabRecord | undefined => {
  try {
    return LabRecord.parse(JSON.parse(readFileSync(recordPath(folders, lab), "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
};

/** The lab's record; rejects with LAB_UNKNOWN. */
export const requireRecord = (folders: LabFolders, lab: string): LabRecord => {
  const record = readRecord(folders, lab);
  if (record === undefined) throw SlipwayError.of("LAB_UNKNOWN", { lab });
  return record;
};

/** Replaces the lab's record in one step, so that a reader never sees half of it. */
export const writeRecord = (folders: LabFolders, record: LabRecord): void => {
  mkdirSync(labDirectory(folders, record.name), { recursive: true, mode: 0o700 });
  const path = recordPath(folders, record.name);
  writeFileSync(`${path}.new`, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
};

/** Every lab with a folder, half-made ones too. */
export const listLabs = (folders: LabFolders): readonly string[] => {
  try {
    return readdirSync(folders.home, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map((entry) => entry.name)
      .toSorted();
  } catch {
    return [];
  }
};

/** Finds a machine in a record; rejects with LAB_MACHINE_UNKNOWN that lists the names there are. */
export const requireMachine = (record: LabRecord, machine: string): MachineRecord => {
  const found = record.machines.find((candidate) => candidate.name === machine);
  if (found !== undefined) return found;
  const known = record.machines.map((candidate) => candidate.name).join(", ") || "-";
  throw SlipwayError.of("LAB_MACHINE_UNKNOWN", { lab: record.name, machine, known });
};
