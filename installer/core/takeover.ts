import type { ClusterSpec } from "../contract/spec/cluster.ts";

/**
 * What happens when an operation is started while another one is working on the same cluster or on one of its machines:
 * `refuse` the new one, or let it `replace` the running one, which is cancelled first.
 */
export type Takeover = "refuse" | "replace";

/** Workflows that look and change nothing in a cluster: whoever wants to change something need not wait for them. */
const looking = ["certificates", "check", "snapshots", "status"] as const;

/** Workflows that change machines or the cluster. */
const changing = [
  "bootstrap",
  "drain",
  "fence",
  "forget",
  "maintain",
  "reboot",
  "remove-machine",
  "renew-certificates",
  "reset",
  "restore",
  "return",
  "shutdown",
  "snapshot",
] as const;

/**
 * Outer keys are what runs, inner ones what is started. Two operations never share a machine, because the journal could not
 * say whose probe saw whose change: a new one is refused, unless the running one only looks and the new one changes.
 */
export const takeoverRules: Readonly<Record<string, Readonly<Record<string, Takeover>>>> = Object.fromEntries(
  [...looking, ...changing].map((running) => [
    running,
    Object.fromEntries([
      ...looking.map((started) => [started, "refuse"]),
      ...changing.map((started) => [started, looking.some((one) => one === running) ? "replace" : "refuse"]),
    ]),
  ]),
);

/** Looks a pair of workflows up; a pair that the table does not name is refused. */
export const takeover = (running: string, started: string): Takeover =>
  takeoverRules[running]?.[started] ?? "refuse";

/** What two clusters have in common that two operations must not both work on, or undefined when nothing. */
export const sharedGround = (one: ClusterSpec, other: ClusterSpec): string | undefined => {
  if (one.name === other.name) return one.name;
  const addresses = new Set(one.machines.map((machine) => machine.address));
  return other.machines.find((machine) => addresses.has(machine.address))?.name;
};
