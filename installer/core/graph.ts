import type { OperationParameters } from "../contract/parameters.ts";
import type { ClusterSpec } from "../contract/spec/cluster.ts";
import { stepKey, type StepRef } from "./contract.ts";
import type { AnyPhase, NeedScope, ScopedNeed, Workflow } from "./phase.ts";

/** One need of one phase, with its name in the phase's `from`. */
export interface PhaseNeed {
  readonly name: string;
  readonly phase: AnyPhase;
  readonly scope: NeedScope;
  /** It does not count in a workflow that does not list the phase, nor on a machine that the phase does not run on. */
  readonly optional: boolean;
}

/** One phase on one target. */
export interface GraphStep {
  readonly key: string;
  readonly ref: StepRef;
  readonly phase: AnyPhase;
  /** Position in the workflow, then among the phase's targets: the order of plans and of ties. */
  readonly order: number;
}

/** All steps of a phase, and what the phase waits for. Edges are kept per phase: per step they would grow quadratically. */
export interface GraphPhase {
  readonly phase: AnyPhase;
  readonly needs: readonly PhaseNeed[];
  readonly steps: readonly GraphStep[];
}

/** The steps of a workflow on a cluster. A value: made from the workflow, the spec and the parameters, nothing else. */
export interface Graph {
  readonly workflow: Workflow;
  readonly cluster: ClusterSpec;
  readonly parameters: OperationParameters;
  readonly phases: ReadonlyMap<string, GraphPhase>;
  readonly steps: ReadonlyMap<string, GraphStep>;
}

/** A workflow that contradicts itself; always a programming error, found by the tests of the workflow. */
export class WorkflowInvalid extends Error {
  override readonly name = "WorkflowInvalid";
}

const isScoped = (
  need: AnyPhase | ScopedNeed<AnyPhase, NeedScope>,
): need is ScopedNeed<AnyPhase, NeedScope> => "scope" in need;

/** The needs of a phase, with their scopes made explicit. */
export const needsOf = (phase: AnyPhase): readonly PhaseNeed[] =>
  Object.entries(phase.needs as Record<string, AnyPhase | ScopedNeed<AnyPhase, NeedScope>>).map(
    ([name, need]) =>
      isScoped(need)
        ? { name, phase: need.phase, scope: need.scope, optional: "optional" in need }
        : { name, phase: need, scope: "sameMachine", optional: false },
  );

/**
 * Lays a workflow out over the targets of a cluster.
 * @throws WorkflowInvalid when a phase stands twice, before a phase it needs, or waits for its own target where the
 * needed phase does not run.
 */
export const buildGraph = (
  workflow: Workflow,
  cluster: ClusterSpec,
  parameters: OperationParameters = {},
): Graph => {
  const phases = new Map<string, GraphPhase>();
  const steps = new Map<string, GraphStep>();
  for (const phase of workflow.phases) {
    if (phases.has(phase.id)) throw new WorkflowInvalid(`${workflow.id} lists ${phase.id} twice`);
    const needs = needsOf(phase).filter((need) => !need.optional || workflow.phases.includes(need.phase));
    for (const need of needs) {
      if (phases.get(need.phase.id)?.phase !== need.phase) {
        throw new WorkflowInvalid(
          `${phase.id} needs ${need.phase.id}, which does not stand before it in ${workflow.id}`,
        );
      }
    }
    const own = phase.on(cluster, parameters).map((target): GraphStep => {
      const ref = { phase: phase.id, machine: target };
      return { key: stepKey(ref), ref, phase, order: 0 };
    });
    const numbered = own.map((step, index) => ({ ...step, order: steps.size + index }));
    for (const step of numbered) {
      for (const need of needs) {
        if (need.optional) continue;
        if (need.scope === "sameMachine" && !steps.has(stepKey({ ...step.ref, phase: need.phase.id }))) {
          throw new WorkflowInvalid(
            `${step.key} waits for ${need.phase.id}, which does not run on ${step.ref.machine}`,
          );
        }
      }
    }
    for (const step of numbered) steps.set(step.key, step);
    phases.set(phase.id, { phase, needs, steps: numbered });
  }
  return { workflow, cluster, parameters, phases, steps };
};
