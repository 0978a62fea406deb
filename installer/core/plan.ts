import { stepKey, type Plan, type PlannedStep, type StepRef } from "./contract.ts";
import type { Finding } from "./dry-run.ts";
import type { Graph, GraphStep } from "./graph.ts";

/** What an operator types to allow a workflow that destroys something on a cluster. */
export const confirmationText = (graph: Graph): string | undefined => {
  const destroys = [...graph.phases.values()].some(
    ({ phase, steps }) => phase.effect === "destroys" && steps.length > 0,
  );
  return destroys ? `${graph.workflow.id} ${graph.cluster.name}` : undefined;
};

/** Turns what probing found into a plan. Pure: the same graph and findings always give the same plan. */
export const assemblePlan = (graph: Graph, findings: ReadonlyMap<string, Finding>): Plan => {
  const input = { graph, findings, stateOf: phaseStates(graph, findings) };
  const steps = [...graph.steps.values()].map((step) => plannedStep(input, step));
  const count = (state: PlannedStep["state"]): number => steps.filter((step) => step.state === state).length;
  const confirmation = confirmationText(graph);
  const destructive = steps.filter((step) => step.effect === "destroys" && step.state !== "satisfied").length;
  return {
    workflow: graph.workflow.id,
    cluster: graph.cluster.name,
    steps,
    summary: {
      satisfied: count("satisfied"),
      needed: count("needed"),
      blocked: count("blocked"),
      failed: count("failed"),
      destructive,
    },
    ...(confirmation === undefined || destructive === 0 ? {} : { confirmation }),
  };
};

interface PlanInput {
  readonly graph: Graph;
  readonly findings: ReadonlyMap<string, Finding>;
  readonly stateOf: (phase: string) => PhaseState;
}

const plannedStep = (input: PlanInput, step: GraphStep): PlannedStep => {
  const base = { step: step.ref, title: step.phase.title, effect: step.phase.effect };
  const finding = input.findings.get(step.key);
  if (finding === undefined)
    return { ...base, state: "blocked", blockedBy: [...unsettledNeeds(input, step)] };
  switch (finding.state) {
    case "satisfied":
      return { ...base, state: "satisfied" };
    case "failed":
      return { ...base, state: "failed", error: finding.error };
    case "needed":
      return {
        ...base,
        state: "needed",
        why: finding.why,
        ...(finding.loss === undefined ? {} : { loss: finding.loss }),
      };
  }
};

/** A blocked step of a thousand machines names the first few it waits for, not all of them. */
const namedAtMost = 10;

/** What is said of a phase as a whole, found once for all the steps that wait for it. */
interface PhaseState {
  /** The first few of its steps that probing did not find satisfied. */
  readonly unsettled: readonly StepRef[];
  readonly anySatisfied: boolean;
}

/** Looks at each phase once: with a look at every step for every other one, a plan would cost the square of its machines. */
const phaseStates = (
  graph: Graph,
  findings: ReadonlyMap<string, Finding>,
): ((phase: string) => PhaseState) => {
  const known = new Map<string, PhaseState>();
  return (phase) => {
    const found = known.get(phase);
    if (found !== undefined) return found;
    const unsettled: StepRef[] = [];
    let anySatisfied = false;
    for (const step of graph.phases.get(phase)?.steps ?? []) {
      if (isSatisfied(findings, step)) anySatisfied = true;
      else if (unsettled.length < namedAtMost) unsettled.push(step.ref);
    }
    const state = { unsettled, anySatisfied };
    known.set(phase, state);
    return state;
  };
};

/** The direct needs of a step that probing did not find satisfied. */
const unsettledNeeds = ({ graph, findings, stateOf }: PlanInput, step: GraphStep): readonly StepRef[] =>
  (graph.phases.get(step.ref.phase)?.needs ?? []).flatMap((need) => {
    if (need.scope === "sameMachine") {
      const source = graph.steps.get(stepKey({ phase: need.phase.id, machine: step.ref.machine }));
      return source === undefined || isSatisfied(findings, source) ? [] : [source.ref];
    }
    const { unsettled, anySatisfied } = stateOf(need.phase.id);
    return need.scope === "anyMachine" && anySatisfied ? [] : unsettled;
  });

const isSatisfied = (findings: ReadonlyMap<string, Finding>, step: GraphStep): boolean =>
  findings.get(step.key)?.state === "satisfied";
