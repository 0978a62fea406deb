import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labGroups } from "../../../installer/adapters/lab/cgroups.ts";

/** Processor time of a lab, and of what works for it outside its machines. */
export interface ProcessorAccount {
  /** Counts the process and its later children as the appliance. */
  enter(pid: number): void;
  /** Processor seconds so far of the machines and the appliance together. */
  seconds(): number;
  /** Processor seconds so far of the appliance alone. */
  applianceSeconds(): number;
}

/** The kernel keeps `usage_usec` for every version 2 group, with controllers or without (cgroup-v2: cpu.stat). */
const usage = (group: string): number => {
  const micros = /^usage_usec (\d+)$/m.exec(readFileSync(join(group, "cpu.stat"), "utf8"))?.[1];
  return Number(micros) / 1e6;
};

/** Opens the account of a lab that is up. The appliance's group lies below the lab's own and goes down with it. */
export const openAccount = (lab: string): ProcessorAccount => {
  const [unified] = labGroups(lab);
  if (unified === undefined) throw new Error(`there is no control group of lab ${lab}`);
  const appliance = join(unified, "appliance");
  mkdirSync(appliance, { recursive: true });
  return {
    enter: (pid) => writeFileSync(join(appliance, "cgroup.procs"), String(pid)),
    seconds: () => usage(unified),
    applianceSeconds: () => usage(appliance),
  };
};
