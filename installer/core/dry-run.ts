import { toWire, type Localized, type WireError } from "./contract.ts";
import type { Graph, GraphStep } from "./graph.ts";
import type { Ports } from "./ports/index.ts";
import { silentReporter, stepContext } from "./runner/context.ts";
import { within } from "./runner/step-run.ts";
import { Schedule } from "./schedule.ts";

/** What probing found out about one step. A step without a finding could not be judged yet. */
export type Finding =
  | { readonly state: "satisfied"; readonly output: unknown }
  | { readonly state: "needed"; readonly why: Localized; readonly loss?: Localized }
  | { readonly state: "failed"; readonly error: WireError };

/** The steps to probe and the bounds to do it in. */
export interface DryRunOptions {
  readonly graph: Graph;
  readonly ports: Ports;
  readonly signal: AbortSignal;
  /** How many probes may be under way at once. */
  readonly width: number;
}

/**
 * Probes every step whose needs are already satisfied and stops there: no apply, no journal, no retry. The findings and
 * the graph are all that a plan is made of.
 */
export const dryRun = async ({
  graph,
  ports,
  signal,
  width,
}: DryRunOptions): Promise<ReadonlyMap<string, Finding>> => {
  const schedule = new Schedule(graph);
  const findings = new Map<string, Finding>();
  const judge = async (step: GraphStep): Promise<void> => {
    const { cluster, parameters } = graph;
    const input = { step, cluster, parameters, results: schedule.resultsFor(step), ports, origin: undefined };
    try {
      const verdict = await within({ step, ports, signal }, (inner) =>
        step.phase.probe(stepContext(input, inner, silentReporter)),
      );
      if (verdict.state === "satisfied") schedule.succeed(step.key, verdict.output);
      else schedule.stop(step.key);
      findings.set(step.key, verdict);
    } catch (error) {
      schedule.stop(step.key);
      findings.set(step.key, {
        state: "failed",
        error: toWire(error, { machine: step.ref.machine, phase: step.ref.phase }),
      });
    }
  };
  let running = 0;
  let wake = (): void => undefined;
  for (;;) {
    signal.throwIfAborted();
    const step = running < width ? schedule.take() : undefined;
    if (step !== undefined) {
      running += 1;
      void judge(step).finally(() => {
        running -= 1;
        wake();
      });
    } else if (running > 0) {
      // Not a race of all that runs: that costs a reaction on each of them for every step that ends.
      await new Promise<void>((resolve) => (wake = resolve));
    } else {
      return findings;
    }
  }
};
