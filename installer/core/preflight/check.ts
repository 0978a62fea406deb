import type { FactName, MachineFacts } from "../../contract/facts.ts";
import type { DiskLatency, Reachability, Severity } from "../../contract/preflight.ts";
import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import type { Localized } from "../contract.ts";

/** What a check says about one machine: `problem` counts by the check's severity, `warning` never blocks. */
export interface Finding {
  readonly level: "fine" | "warning" | "problem";
  readonly found: Localized;
  /** Only in checks of the whole site: the machine it is about. Without it the finding is about the site. */
  readonly machine?: string;
}

/** All is well, and this is what was seen. */
export const fine = (found: Localized): Finding => ({ level: "fine", found });

/** Worth a look, whatever the check's severity. */
export const warning = (found: Localized, machine?: string): Finding => ({
  level: "warning",
  found,
  ...(machine === undefined ? {} : { machine }),
});

/** Not as it must be. */
export const problem = (found: Localized, machine?: string): Finding => ({
  level: "problem",
  found,
  ...(machine === undefined ? {} : { machine }),
});

interface CheckBase {
  /** Stable name, used in waivers: small letters and dashes. */
  readonly id: string;
  readonly title: Localized;
  readonly severity: Severity;
  /** What breaks later when this is not so. */
  readonly why: Localized;
  /** What the operator does about it. */
  readonly remedy: Localized;
}

/** What a check of one machine may look at. */
export interface MachineInput {
  readonly facts: MachineFacts;
  readonly machine: MachineSpec;
  readonly cluster: ClusterSpec;
}

/** Judges one machine by its facts alone. A fact it needs that could not be read makes it a warning, never a pass. */
export interface MachineCheck extends CheckBase {
  readonly scope: "machine";
  readonly needs: readonly FactName[];
  run(input: MachineInput): Finding;
}

/** What a check of an etcd machine's disk may look at. */
interface EtcdInput {
  readonly latency: DiskLatency;
  readonly machine: MachineSpec;
}

/** Judges a machine that will hold a member of etcd. */
export interface EtcdCheck extends CheckBase {
  readonly scope: "etcd";
  readonly needs: readonly ["diskLatency"];
  run(input: EtcdInput): Finding;
}

/** What a check of the whole site may look at; machines by name. */
export interface SiteInput {
  readonly cluster: ClusterSpec;
  readonly facts: ReadonlyMap<string, MachineFacts>;
  readonly reach: ReadonlyMap<string, Reachability>;
}

/** Compares machines with one another. No finding at all means that all is well. */
export interface SiteCheck extends CheckBase {
  readonly scope: "site";
  readonly needs: readonly (FactName | "reachability")[];
  /** What to show when there is nothing to find. */
  readonly passed: Localized;
  run(input: SiteInput): readonly Finding[];
}

/** A preflight check of any scope. */
export type Check = MachineCheck | EtcdCheck | SiteCheck;
