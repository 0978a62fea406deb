import * as z from "zod";
import { SlipwayError, toWire, type EventBody, type LiveEvent, type OperationId } from "../contract.ts";
import type { GraphStep } from "../graph.ts";
import type { Durability } from "../ports/journal.ts";
import { stepContext, type AnyContext, type StepInput } from "./context.ts";
import { nextDelayMs, type RetryPolicy } from "./retry.ts";

/** A phase that ignores its aborted signal is given this long before the runner goes on without it. */
const abandonAfterMs = 10_000;

/** What a step run reports back to the runner. */
export type StepResult =
  | { readonly outcome: "satisfied" | "applied"; readonly output: unknown }
  | { readonly outcome: "failed"; readonly code: string }
  | { readonly outcome: "cancelled" };

/** A step that may start, and what its run reports to. */
export interface StepRunOptions extends StepInput {
  readonly operation: OperationId;
  /** Aborts when the step is to be cancelled; the runner then decides what that means. */
  readonly signal: AbortSignal;
  readonly confirmed: boolean;
  /** Tries recorded before this run, so that attempts keep counting across a crash. */
  readonly attemptsBefore: number;
  readonly policy: RetryPolicy;
  record(body: EventBody, durability?: Durability): Promise<void>;
  onLive(event: LiveEvent): void;
}

/**
 * Runs one step to its end: probe, apply when needed, retry when the catalogue allows it. Everything it does is
 * recorded before it counts. Never rejects for a failure of the phase; rejects only when the journal does.
 */
export const runStep = async (options: StepRunOptions): Promise<StepResult> => {
  const { step, ports, record, signal, policy } = options;
  const begun = ports.clock.monotonic();
  let firstFailure: number | undefined;
  for (let failures = 0, attempt = options.attemptsBefore + 1; ; attempt += 1) {
    const lines = orderedLines(options);
    await record({ type: "step.started", step: step.ref, attempt });
    try {
      const done = await attemptStep(options, lines);
      await lines.flush();
      const durationMs = Math.round(ports.clock.monotonic() - begun);
      const durability = done.outcome === "applied" && step.phase.effect === "destroys" ? "sync" : "commit";
      await record({ type: "step.ended", step: step.ref, durationMs, ...done }, durability);
      return done;
    } catch (thrown) {
      await lines.flush();
      if (signal.aborted) return { outcome: "cancelled" };
      if (thrown instanceof RecordFailed) throw thrown.cause;
      const error = toWire(thrown, { machine: step.ref.machine, phase: step.ref.phase });
      failures += 1;
      const now = ports.clock.monotonic();
      firstFailure ??= now;
      const delayMs = nextDelayMs(error, { failures, sinceFirstMs: now - firstFailure }, policy);
      if (delayMs === undefined) {
        const durationMs = Math.round(now - begun);
        await record({ type: "step.ended", step: step.ref, outcome: "failed", durationMs, error });
        return { outcome: "failed", code: error.code };
      }
      await record({ type: "step.retrying", step: step.ref, attempt, delayMs, error });
      try {
        await ports.clock.sleep(delayMs, signal);
      } catch {
        return { outcome: "cancelled" };
      }
    }
  }
};

/** Marks a failure of the journal, which must not be mistaken for one of the phase. */
class RecordFailed extends Error {}

interface Lines {
  add(body: EventBody): void;
  /** Resolves when all lines are recorded. */
  flush(): Promise<void>;
}

const orderedLines = ({ record }: StepRunOptions): Lines => {
  let tail = Promise.resolve();
  let failure: unknown;
  return {
    add(body) {
      tail = tail.then(() => record(body)).catch((error: unknown) => void (failure ??= error));
    },
    async flush() {
      await tail;
      if (failure !== undefined) throw new RecordFailed("journal", { cause: failure });
    },
  };
};

const attemptStep = async (
  options: StepRunOptions,
  lines: Lines,
): Promise<{ outcome: "satisfied" | "applied"; output: unknown }> => {
  const { step, record } = options;
  const { phase } = step;
  const verdict = await within(options, (signal) => phase.probe(contextOf(options, { signal, lines })));
  if (verdict.state === "satisfied") return { outcome: "satisfied", output: checked(step, verdict.output) };
  if (phase.effect === "reads") throw new Error(`${phase.id} reads only, yet its probe asks for a change`);
  if (phase.effect === "destroys" && !options.confirmed) {
    const loss = (verdict.loss ?? verdict.why).en;
    throw SlipwayError.of("DESTRUCTION_NOT_CONFIRMED", { step: step.key, loss });
  }
  await lines.flush();
  await record(
    { type: "step.applying", step: step.ref, why: verdict.why, effect: phase.effect },
    phase.effect === "destroys" ? "sync" : "commit",
  ).catch((cause: unknown) => {
    throw new RecordFailed("journal", { cause });
  });
  const output = await within(options, (signal) => phase.apply(contextOf(options, { signal, lines })));
  return { outcome: "applied", output: checked(step, output) };
};

/** Ends a wait that nobody asks why: without a reason every abort would make an exception with a stack. */
const noReason = "over";

/** Runs part of a step under its time-out; what does not heed the abort is left behind, never waited for without end. */
export const within = async <T>(
  { step, ports, signal }: Pick<StepRunOptions, "step" | "ports" | "signal">,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const inner = new AbortController();
  // One at a time, and no AbortSignal.any: steps are many, and a signal that they share would remember each of them.
  let wait = new AbortController();
  let over = false;
  const abort = (): void => {
    inner.abort(signal.reason);
    wait.abort(noReason);
  };
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  const expiry = (async (): Promise<never> => {
    await ports.clock.sleep(step.phase.timeoutMs, wait.signal).catch(() => undefined);
    if (over) return new Promise<never>(() => undefined);
    if (!signal.aborted) {
      inner.abort(SlipwayError.of("STEP_TIMEOUT", { step: step.key, seconds: step.phase.timeoutMs / 1000 }));
    }
    wait = new AbortController();
    await ports.clock.sleep(abandonAfterMs, wait.signal).catch(() => undefined);
    throw inner.signal.reason;
  })();
  expiry.catch(() => undefined);
  try {
    return await Promise.race([work(inner.signal), expiry]);
  } catch (error) {
    throw inner.signal.aborted && !signal.aborted ? inner.signal.reason : error;
  } finally {
    over = true;
    wait.abort(noReason);
    signal.removeEventListener("abort", abort);
  }
};

const checked = (step: GraphStep, output: unknown): unknown => {
  const parsed = step.phase.output.safeParse(output);
  if (parsed.success) return parsed.data;
  const problem = z.prettifyError(parsed.error);
  throw SlipwayError.of("OUTPUT_INVALID", { step: step.key, problem });
};

const contextOf = (
  options: StepRunOptions,
  { signal, lines }: { signal: AbortSignal; lines: Lines },
): AnyContext =>
  stepContext(options, signal, {
    say: (line) => lines.add({ type: "step.said", step: options.step.ref, text: line }),
    waiting: (what) => lines.add({ type: "step.waiting", step: options.step.ref, text: what }),
    progress: (done, total, unit) =>
      options.onLive({
        type: "step.progress",
        operation: options.operation,
        step: options.step.ref,
        done,
        ...(total === undefined ? {} : { total }),
        unit,
      }),
  });
