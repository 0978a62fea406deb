import type { OperationParameters } from "../../contract/parameters.ts";
import type { ClusterSpec } from "../../contract/spec/cluster.ts";
import type { GraphStep } from "../graph.ts";
import type { Origin, StepContext } from "../phase.ts";
import type { Ports } from "../ports/index.ts";

/** What a step gets to work with. */
export interface StepInput {
  readonly step: GraphStep;
  readonly cluster: ClusterSpec;
  readonly parameters: OperationParameters;
  readonly results: Readonly<Record<string, unknown>>;
  readonly ports: Ports;
  /** The operation and who asked for it; undefined in a dry run. */
  readonly origin: Origin | undefined;
}

/** Where the lines of a step go. */
export type Reporter = Pick<StepContext<never>, "say" | "waiting" | "progress">;

/** The context of some phase: its precise type was checked where the phase was defined. */
// oxlint-disable-next-line typescript/no-explicit-any -- the runner cannot know the needs of each phase
export type AnyContext = StepContext<any>;

/** Keeps nothing: a dry run has no log. */
export const silentReporter: Reporter = {
  say: () => undefined,
  waiting: () => undefined,
  progress: () => undefined,
};

/** Builds what a phase sees of one step. */
export const stepContext = (input: StepInput, signal: AbortSignal, reporter: Reporter): AnyContext => ({
  machine: [...input.cluster.machines, ...(input.parameters.departing ?? [])].find(
    (machine) => machine.name === input.step.ref.machine,
  ),
  target: input.step.ref.machine,
  cluster: input.cluster,
  parameters: input.parameters,
  operation: input.origin,
  from: input.results,
  ports: input.ports,
  signal,
  ...reporter,
});
