import { isCode, SlipwayError, type Decision, type LiveEvent, type OperationOutcome } from "../contract.ts";
import { buildGraph, type Graph, type GraphStep } from "../graph.ts";
import type { Workflow } from "../phase.ts";
import type { Journal, OperationRecord, StepRecord } from "../ports/journal.ts";
import type { Log, Ports } from "../ports/index.ts";
import { Schedule } from "../schedule.ts";
import { criticalPath, type StepTiming } from "./critical-path.ts";
import { Recorder } from "./recorder.ts";
import { defaultRetryPolicy, type RetryPolicy } from "./retry.ts";
import { runStep } from "./step-run.ts";

/** Why a step's signal was aborted; decides what the runner records for it. */
type AbortCause = "cancel" | "skip" | "stop";

/** One operation, the ports its phases work through, and where it stood before. */
export interface RunnerOptions {
  readonly operation: OperationRecord;
  readonly workflow: Workflow;
  readonly ports: Ports;
  readonly journal: Journal;
  readonly log: Log;
  readonly onLive: (event: LiveEvent) => void;
  /** What the journal knows of the steps, empty for a new operation. Skips are kept, all else is probed again. */
  readonly history: readonly StepRecord[];
  /** Retry only this machine: failed steps of the others stay failed. */
  readonly onlyMachine?: string;
  /** Begin paused, as the operation was when the engine went away. */
  readonly paused?: boolean;
  readonly policy?: RetryPolicy;
  /** Steps under way at once, over all machines. */
  readonly width?: number;
}

/** How a run came to rest: with the operation's outcome, or `stopped` when the engine leaves and another will resume. */
export type RunEnd = OperationOutcome | "stopped";

const defaultWidth = 256;

/** A blocked step names the first few steps it waits for. */
const blockersNamed = 10;

/**
 * Drives one operation to its end. Decisions (pause, retry, skip, cancel) may come at any moment; each is journalled
 * before it takes effect. The runner never cleans up and never undoes.
 */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #graph: Graph;
  readonly #schedule: Schedule;
  readonly #recorder: Recorder;
  readonly #stopping = new AbortController();
  readonly #running = new Map<
    string,
    { abort: AbortController; cause: AbortCause | undefined; why: Decision | undefined }
  >();
  readonly #timings = new Map<string, StepTiming>();
  readonly #attempts = new Map<string, number>();
  readonly #begunMs: number;
  #paused: boolean;
  #cancelled = false;
  #ending = false;
  /** Decisions being journalled: the run does not end between a decision and its effect. */
  #deciding = 0;
  #fault: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(options: RunnerOptions) {
    const { operation, workflow, journal, ports, onLive } = options;
    this.#options = options;
    this.#graph = buildGraph(workflow, operation.cluster, operation.parameters);
    this.#schedule = new Schedule(this.#graph);
    this.#paused = options.paused ?? false;
    this.#begunMs = ports.clock.monotonic();
    this.#recorder = new Recorder({
      operation: operation.id,
      journal,
      clock: ports.clock,
      onLive,
      signal: this.#stopping.signal,
    });
    for (const record of options.history) this.#recall(record);
  }

  /** Runs until nothing can go on. Rejects only when the journal fails for good. */
  async run(): Promise<RunEnd> {
    for (;;) {
      if (this.#stopping.signal.aborted && this.#running.size === 0) {
        if (this.#fault !== undefined) throw this.#fault;
        return "stopped";
      }
      this.#launch();
      if (
        this.#running.size === 0 &&
        this.#deciding === 0 &&
        !this.#paused &&
        !this.#stopping.signal.aborted
      ) {
        this.#ending = true;
        return await this.#finish();
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Starts no further step. */
  async pause(decision: Decision): Promise<void> {
    await this.#decide(async () => {
      await this.#recorder.record({ type: "operation.paused", decision });
      this.#paused = true;
    });
  }

  /** Goes on after a pause; failed steps (of one machine, or all) get another chance. */
  async resume(decision: Decision, machine?: string): Promise<void> {
    await this.#decide(async () => {
      await this.#recorder.record({
        type: "operation.resumed",
        decision,
        ...(machine === undefined ? {} : { machine }),
      });
      this.#paused = false;
      for (const key of this.#schedule.keys("stopped")) {
        if (machine === undefined || this.#step(key).ref.machine === machine) this.#schedule.reopen(key);
      }
    });
  }

  /** Stops what runs and ends the operation as cancelled. */
  async cancel(decision: Decision): Promise<void> {
    await this.#decide(async () => {
      await this.#recorder.record({ type: "operation.cancelling", decision });
      this.#cancelled = true;
      this.#paused = false;
      for (const [key] of this.#running) this.#abort(key, "cancel", decision);
    });
  }

  /** Leaves out a machine or one of its steps; a step that runs is stopped first. */
  async skip(target: { machine: string; phase?: string }, decision: Decision): Promise<void> {
    const matching = [...this.#graph.steps.values()].filter(
      ({ ref }) =>
        ref.machine === target.machine && (target.phase === undefined || ref.phase === target.phase),
    );
    if (matching.length === 0) {
      const what = target.phase === undefined ? target.machine : `${target.phase}@${target.machine}`;
      throw SlipwayError.of("USAGE", {
        problem: `operation ${this.#options.operation.id} has no step ${what}`,
      });
    }
    await this.#decide(async () => {
      for (const step of matching) {
        if (this.#schedule.state(step.key) === "running") this.#abort(step.key, "skip", decision);
        else await this.#leaveOut(step, decision);
      }
      if (target.phase === undefined) await this.#withdraw(matching, decision);
    });
  }

  /** Lets the engine go: running steps are aborted and nothing is recorded, so that the next engine resumes by probing. */
  stop(): void {
    this.#stopping.abort();
    for (const [key] of this.#running) this.#abort(key, "stop", undefined);
    this.#wake();
  }

  #step(key: string): GraphStep {
    const step = this.#graph.steps.get(key);
    if (step === undefined) throw new Error(`no step ${key}`);
    return step;
  }

  /** Brings back what survives a crash: attempts, the operator's skips, and failures that are not to be retried now. */
  #recall({ step, state, attempt }: StepRecord): void {
    const key = `${step.phase}@${step.machine}`;
    if (!this.#graph.steps.has(key)) return;
    this.#attempts.set(key, attempt);
    const { onlyMachine } = this.#options;
    if (state === "skipped") this.#schedule.skip(key);
    else if (state === "failed" && onlyMachine !== undefined && step.machine !== onlyMachine)
      this.#schedule.stop(key);
  }

  /** True from the moment the run decides to end: decisions then belong to the next run. */
  get ending(): boolean {
    return this.#ending;
  }

  /** True while the operation is paused and no step is inside any more. */
  get resting(): boolean {
    return this.#paused && this.#running.size === 0;
  }

  async #decide(effect: () => Promise<void>): Promise<void> {
    if (this.#ending) {
      const operation = this.#options.operation.id;
      throw SlipwayError.of("OPERATION_STATE", { operation, status: "ending", action: "change" });
    }
    this.#deciding += 1;
    try {
      await effect();
    } finally {
      this.#deciding -= 1;
      this.#wake();
    }
  }

  #launch(): void {
    const width = this.#options.width ?? defaultWidth;
    while (
      !this.#paused &&
      !this.#cancelled &&
      !this.#stopping.signal.aborted &&
      this.#running.size < width
    ) {
      const step = this.#schedule.take();
      if (step === undefined) return;
      const abort = new AbortController();
      this.#running.set(step.key, { abort, cause: undefined, why: undefined });
      this.#follow(step, abort.signal)
        .catch((error: unknown) => {
          if (!this.#stopping.signal.aborted) this.#fail(error);
        })
        .finally(() => {
          this.#running.delete(step.key);
          this.#wake();
        });
    }
  }

  async #follow(step: GraphStep, signal: AbortSignal): Promise<void> {
    const { operation, ports, onLive, policy } = this.#options;
    const startedMs = ports.clock.monotonic();
    const result = await runStep({
      operation: operation.id,
      origin: { id: operation.id, by: operation.by },
      step,
      cluster: operation.cluster,
      parameters: operation.parameters,
      results: this.#schedule.resultsFor(step),
      ports,
      signal,
      confirmed: operation.confirmed.includes(step.key),
      attemptsBefore: this.#attempts.get(step.key) ?? 0,
      policy: policy ?? defaultRetryPolicy,
      record: (body, durability) => {
        if (body.type === "step.started") this.#attempts.set(step.key, body.attempt);
        return this.#recorder.record(body, durability);
      },
      onLive,
    });
    const endedMs = ports.clock.monotonic();
    this.#timings.set(step.key, { step: step.ref, startedMs, endedMs, gate: this.#schedule.gate(step.key) });
    switch (result.outcome) {
      case "satisfied":
      case "applied":
        return this.#schedule.succeed(step.key, result.output);
      case "failed":
        return this.#schedule.stop(step.key);
      case "cancelled":
        return this.#interrupted(step, Math.round(endedMs - startedMs));
    }
  }

  async #interrupted(step: GraphStep, durationMs: number): Promise<void> {
    const entry = this.#running.get(step.key);
    this.#schedule.stop(step.key);
    if (entry?.cause === "cancel") {
      await this.#recorder.record({ type: "step.ended", step: step.ref, outcome: "cancelled", durationMs });
    } else if (entry?.cause === "skip" && entry.why !== undefined) {
      await this.#leaveOut(step, entry.why);
    }
  }

  async #leaveOut(step: GraphStep, decision: Decision): Promise<void> {
    for (const left of this.#schedule.skip(step.key)) {
      await this.#recorder.record({
        type: "step.ended",
        step: left.ref,
        outcome: "skipped",
        durationMs: 0,
        decision,
      });
    }
  }

  /** A machine that is left out takes the results it already gave with it, so that a resumed run sees the same. */
  async #withdraw(steps: readonly GraphStep[], decision: Decision): Promise<void> {
    for (const step of steps) {
      if (!this.#schedule.withdraw(step.key)) continue;
      await this.#recorder.record({
        type: "step.ended",
        step: step.ref,
        outcome: "skipped",
        durationMs: 0,
        decision,
      });
    }
  }

  #abort(key: string, cause: AbortCause, why: Decision | undefined): void {
    const entry = this.#running.get(key);
    if (entry === undefined || entry.cause !== undefined) return;
    entry.cause = cause;
    entry.why = why;
    entry.abort.abort(SlipwayError.of("CANCELLED", {}));
  }

  /** A journal that cannot be written ends the run: nothing may happen that is not recorded. */
  #fail(error: unknown): void {
    if (this.#fault !== undefined) return;
    this.#fault = error instanceof Error ? error : new Error(String(error));
    this.#options.log.error(
      {
        operation: this.#options.operation.id,
        error: isCode(error, "INTERNAL") ? "INTERNAL" : String(error),
      },
      "the journal refused an event; the operation stops here and can be resumed",
    );
    this.stop();
  }

  async #finish(): Promise<RunEnd> {
    const { ports } = this.#options;
    const left = this.#schedule.keys("waiting", "ready", "stopped");
    const outcome = this.#cancelled ? "cancelled" : left.length > 0 ? "failed" : "succeeded";
    const blocked = this.#cancelled
      ? []
      : this.#schedule.keys("waiting").map((key) => {
          const step = this.#step(key);
          return { step: step.ref, by: this.#schedule.lacking(step).slice(0, blockersNamed) };
        });
    try {
      await this.#recorder.record(
        {
          type: "operation.ended",
          outcome,
          durationMs: Math.round(ports.clock.monotonic() - this.#begunMs),
          criticalPath: [...criticalPath(this.#timings)],
          blocked,
        },
        "sync",
      );
      return outcome;
    } catch (error) {
      if (this.#stopping.signal.aborted) return "stopped";
      throw error;
    }
  }
}
