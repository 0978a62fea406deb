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
  const steps = [...graph.steps.values()].map((step) => plannedStep(graph, findings, step));
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

const plannedStep = (graph: Graph, findings: ReadonlyMap<string, Finding>, step: GraphStep): PlannedStep => {
  const base = { step: step.ref, title: step.phase.title, effect: step.phase.effect };
  const finding = findings.get(step.key);
  if (finding === undefined)
    return { ...base, state: "blocked", blockedBy: [...unsettledNeeds(graph, findings, step)] };
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

/** The direct needs of a step that probing did not find satisfied. */
const unsettledNeeds = (
  graph: Graph,
  findings: ReadonlyMap<string, Finding>,
  step: GraphStep,
): readonly StepRef[] =>
  (graph.phases.get(step.ref.phase)?.needs ?? []).flatMap((need) => {
    const sources = graph.phases.get(need.phase.id)?.steps ?? [];
    const relevant =
      need.scope === "sameMachine"
        ? sources.filter(
            (source) => source.key === stepKey({ phase: need.phase.id, machine: step.ref.machine }),
          )
        : sources;
    const settledByAny =
      need.scope === "anyMachine" && relevant.some((source) => isSatisfied(findings, source));
    if (settledByAny) return [];
    return relevant
      .filter((source) => !isSatisfied(findings, source))
      .slice(0, namedAtMost)
      .map((source) => source.ref);
  });

const isSatisfied = (findings: ReadonlyMap<string, Finding>, step: GraphStep): boolean =>
  findings.get(step.key)?.state === "satisfied";
