import type { Plan } from "../../installer/contract/operation.ts";

/** One step of a plan. */
export type PlanStep = Plan["steps"][number];

/** What a plan would do on one machine. */
export interface MachinePlan {
  readonly machine: string;
  readonly steps: readonly PlanStep[];
  /** Steps that would destroy something. */
  readonly destructive: number;
}

/** A plan by machine: those that lose something first, then by name. */
export const planByMachine = ({ steps }: Pick<Plan, "steps">): readonly MachinePlan[] => {
  const machines = new Map<string, PlanStep[]>();
  for (const step of steps) {
    const found = machines.get(step.step.machine);
    if (found === undefined) machines.set(step.step.machine, [step]);
    else found.push(step);
  }
  return [...machines]
    .map(([machine, own]) => ({
      machine,
      steps: own,
      destructive: own.filter(({ effect, state }) => effect === "destroys" && state !== "satisfied").length,
    }))
    .toSorted(
      (a, b) => b.destructive - a.destructive || a.machine.localeCompare(b.machine, "en", { numeric: true }),
    );
};
