import type { Machine } from "../../installer/contract/api/machines.ts";
import type { Step } from "../../installer/contract/api/operations.ts";
import type { MachineFacts } from "../../installer/contract/facts.ts";
import { CheckReport, type CheckResult } from "../../installer/contract/preflight.ts";

/** Disks that belong to the machine: a container sees those of its host too. */
export const ownDisks = (facts: MachineFacts | undefined): MachineFacts["disks"] =>
  (facts?.disks ?? []).filter(({ own }) => own);

/** Interfaces that lead somewhere: without loopback and the ends of pods' cables. */
export const realInterfaces = (facts: MachineFacts): MachineFacts["interfaces"] =>
  facts.interfaces.filter(({ kind, name }) => kind !== "loopback" && !/^(veth|cali|lxc)/.test(name));

/** Whether every word of a filter is found in what is known of a machine. */
export const machineMatches = (
  { name, cluster, address, roles, facts }: Machine,
  filter: string,
): boolean => {
  const known = [
    name,
    cluster,
    address,
    ...roles,
    facts?.os.name,
    facts?.dmi.vendor,
    facts?.dmi.product,
    facts?.dmi.serial,
    ...(facts?.interfaces ?? []).map(({ mac }) => mac),
  ]
    .filter((text) => typeof text === "string")
    .join(" ")
    .toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => known.includes(word));
};

/** Results of preflight checks of one machine among the steps of an operation, the worst first, each check once. */
export const checkResultsOf = (steps: readonly Step[], machine: string): readonly CheckResult[] => {
  const rank = ["failed", "waived", "warning", "noted", "ok"];
  const found = steps
    .filter(({ step }) => step.phase.startsWith("preflight."))
    .flatMap(({ output }) => CheckReport.safeParse(output).data?.results ?? [])
    .filter((result) => result.machine === machine);
  return [...new Map(found.map((result) => [result.check, result])).values()].toSorted(
    (a, b) => rank.indexOf(a.state) - rank.indexOf(b.state),
  );
};
