import type { ClusterSpec } from "../contract/spec/cluster.ts";

/**
 * What happens when an operation is started while another one is working on the same cluster or on one of its machines:
 * `refuse` the new one, or let it `replace` the running one, which is cancelled first.
 */
export type Takeover = "refuse" | "replace";

/**
 * Rows are what runs, columns what is started. Two operations never share a machine: the journal could not say whose
 * probe saw whose change.
 *
 * | running \ started | bootstrap | check   | forget  |
 * |-------------------|-----------|---------|---------|
 * | bootstrap         | refuse    | refuse  | refuse  |
 * | check             | replace   | refuse  | replace |
 * | forget            | refuse    | refuse  | refuse  |
 */
export const takeoverRules: Readonly<Record<string, Readonly<Record<string, Takeover>>>> = {
  bootstrap: { bootstrap: "refuse", check: "refuse", forget: "refuse" },
  check: { bootstrap: "replace", check: "refuse", forget: "replace" },
  forget: { bootstrap: "refuse", check: "refuse", forget: "refuse" },
};

/** Looks a pair of workflows up; a pair that the table does not name is refused. */
export const takeover = (running: string, started: string): Takeover =>
  takeoverRules[running]?.[started] ?? "refuse";

/** What two clusters have in common that two operations must not both work on, or undefined when nothing. */
export const sharedGround = (one: ClusterSpec, other: ClusterSpec): string | undefined => {
  if (one.name === other.name) return one.name;
  const addresses = new Set(one.machines.map((machine) => machine.address));
  return other.machines.find((machine) => addresses.has(machine.address))?.name;
};
