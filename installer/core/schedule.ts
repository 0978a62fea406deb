import { stepKey, type StepRef } from "./contract.ts";
import type { Graph, GraphPhase, GraphStep, PhaseNeed } from "./graph.ts";

/** Where a step stands while an operation runs. `stopped` steps have failed, or cannot be known in a dry run. */
export type StepState = "waiting" | "ready" | "running" | "succeeded" | "stopped" | "skipped";

interface Tally {
  succeeded: number;
  skipped: number;
}

interface Cell {
  readonly step: GraphStep;
  state: StepState;
  /** The step whose end made this one ready; undefined for steps that never had to wait. */
  gate: string | undefined;
}

/**
 * Decides which steps may start. It knows states and needs, nothing about time, effects or errors, so that the runner
 * and the dry run share it and it can be tested by itself. Every change costs time in proportion to the steps it frees.
 */
export class Schedule {
  readonly #graph: Graph;
  readonly #cells = new Map<string, Cell>();
  readonly #tallies = new Map<string, Tally>();
  readonly #dependents = new Map<string, { phase: GraphPhase; scope: PhaseNeed["scope"] }[]>();
  readonly #outputs = new Map<string, Map<string, unknown>>();
  readonly #ready: Set<string>[] = [];
  readonly #phaseIndex = new Map<string, number>();
  readonly #occupied = new Map<string, number>();

  constructor(graph: Graph) {
    this.#graph = graph;
    for (const [id, phase] of graph.phases) {
      this.#phaseIndex.set(id, this.#ready.length);
      this.#ready.push(new Set());
      this.#tallies.set(id, { succeeded: 0, skipped: 0 });
      this.#outputs.set(id, new Map());
      this.#dependents.set(id, []);
      for (const step of phase.steps) this.#cells.set(step.key, { step, state: "waiting", gate: undefined });
      for (const need of phase.needs) this.#dependents.get(need.phase.id)?.push({ phase, scope: need.scope });
    }
    for (const cell of this.#cells.values()) this.#consider(cell, undefined);
  }

  /** Takes the next step that may start, first in workflow order, or undefined while there is none. */
  take(): GraphStep | undefined {
    for (const queue of this.#ready) {
      for (const key of queue) {
        const cell = this.#cell(key);
        const limit = cell.step.phase.limit;
        if (limit !== undefined && (this.#occupied.get(limit.key) ?? 0) >= limit.max) break;
        queue.delete(key);
        cell.state = "running";
        if (limit !== undefined) this.#occupied.set(limit.key, (this.#occupied.get(limit.key) ?? 0) + 1);
        return cell.step;
      }
    }
    return undefined;
  }

  /** Records a good end and its output, and frees what waited for it. */
  succeed(key: string, output: unknown): void {
    const cell = this.#leave(key, "succeeded");
    this.#outputs.get(cell.step.phase.id)?.set(cell.step.ref.machine, output);
    this.#tally(cell).succeeded += 1;
    this.#release(cell);
  }

  /** Records that a step will not go on; what needs it stays waiting. */
  stop(key: string): void {
    this.#leave(key, "stopped");
  }

  /** Leaves a step out, together with every step on its machine that needs its result. Returns all steps left out. */
  skip(key: string): readonly GraphStep[] {
    const cell = this.#cell(key);
    if (cell.state === "succeeded" || cell.state === "skipped" || cell.state === "running") return [];
    this.#leave(key, "skipped");
    this.#tally(cell).skipped += 1;
    const left = [cell.step];
    for (const { phase, scope } of this.#dependents.get(cell.step.phase.id) ?? []) {
      if (scope !== "sameMachine") continue;
      const dependent = stepKey({ phase: phase.phase.id, machine: cell.step.ref.machine });
      if (this.#cells.has(dependent)) left.push(...this.skip(dependent));
    }
    this.#release(cell);
    return left;
  }

  /** Takes back the result of a step that succeeded, as if it had been left out. False when it had not succeeded. */
  withdraw(key: string): boolean {
    const cell = this.#cell(key);
    if (cell.state !== "succeeded") return false;
    cell.state = "skipped";
    const tally = this.#tally(cell);
    tally.succeeded -= 1;
    tally.skipped += 1;
    this.#outputs.get(cell.step.phase.id)?.delete(cell.step.ref.machine);
    return true;
  }

  /** Gives a stopped step another chance. */
  reopen(key: string): void {
    const cell = this.#cell(key);
    if (cell.state !== "stopped") return;
    cell.state = "waiting";
    this.#consider(cell, undefined);
  }

  state(key: string): StepState {
    return this.#cell(key).state;
  }

  /** The step whose end let this one start. */
  gate(key: string): string | undefined {
    return this.#cells.get(key)?.gate;
  }

  keys(...states: readonly StepState[]): readonly string[] {
    return [...this.#cells.values()]
      .filter((cell) => states.includes(cell.state))
      .map((cell) => cell.step.key);
  }

  /** The outputs that a step's needs stand for, under the names its phase gave them. */
  resultsFor(step: GraphStep): Readonly<Record<string, unknown>> {
    const needs = this.#graph.phases.get(step.phase.id)?.needs ?? [];
    return Object.fromEntries(
      needs.map((need) => {
        const outputs = this.#outputs.get(need.phase.id) ?? new Map<string, unknown>();
        return [need.name, need.scope === "sameMachine" ? outputs.get(step.ref.machine) : outputs];
      }),
    );
  }

  /** The steps whose result a waiting step still lacks. */
  lacking(step: GraphStep): readonly StepRef[] {
    const needs = this.#graph.phases.get(step.phase.id)?.needs ?? [];
    return needs
      .filter((need) => !this.#met(need, step))
      .flatMap((need) => {
        if (need.scope === "sameMachine") return [{ phase: need.phase.id, machine: step.ref.machine }];
        const steps = this.#graph.phases.get(need.phase.id)?.steps ?? [];
        return steps
          .filter(({ key }) => !["succeeded", "skipped"].includes(this.state(key)))
          .map(({ ref }) => ref);
      });
  }

  #cell(key: string): Cell {
    const cell = this.#cells.get(key);
    if (cell === undefined) throw new Error(`no step ${key} in ${this.#graph.workflow.id}`);
    return cell;
  }

  #tally(cell: Cell): Tally {
    return this.#tallies.get(cell.step.phase.id) ?? { succeeded: 0, skipped: 0 };
  }

  #queue(cell: Cell): Set<string> | undefined {
    return this.#ready[this.#phaseIndex.get(cell.step.phase.id) ?? -1];
  }

  #leave(key: string, state: StepState): Cell {
    const cell = this.#cell(key);
    const limit = cell.step.phase.limit;
    if (cell.state === "running" && limit !== undefined) {
      this.#occupied.set(limit.key, (this.#occupied.get(limit.key) ?? 1) - 1);
    }
    this.#queue(cell)?.delete(key);
    cell.state = state;
    return cell;
  }

  #met(need: PhaseNeed, step: GraphStep): boolean {
    const tally = this.#tallies.get(need.phase.id);
    const total = this.#graph.phases.get(need.phase.id)?.steps.length ?? 0;
    if (tally === undefined) return false;
    switch (need.scope) {
      case "sameMachine": {
        const key = stepKey({ phase: need.phase.id, machine: step.ref.machine });
        // An optional need of a target that the phase does not run on.
        if (need.optional && !this.#cells.has(key)) return true;
        return this.state(key) === "succeeded";
      }
      case "everyMachine":
        return tally.succeeded + tally.skipped === total;
      case "anyMachine":
        return tally.succeeded > 0;
    }
  }

  #consider(cell: Cell, gate: string | undefined): void {
    if (cell.state !== "waiting") return;
    const needs = this.#graph.phases.get(cell.step.phase.id)?.needs ?? [];
    if (!needs.every((need) => this.#met(need, cell.step))) return;
    cell.state = "ready";
    cell.gate = gate ?? cell.gate;
    this.#queue(cell)?.add(cell.step.key);
  }

  #release(ended: Cell): void {
    const tally = this.#tally(ended);
    const total = this.#graph.phases.get(ended.step.phase.id)?.steps.length ?? 0;
    for (const { phase, scope } of this.#dependents.get(ended.step.phase.id) ?? []) {
      if (scope === "sameMachine") {
        const cell = this.#cells.get(stepKey({ phase: phase.phase.id, machine: ended.step.ref.machine }));
        if (cell !== undefined) this.#consider(cell, ended.step.key);
        continue;
      }
      const opens =
        scope === "anyMachine"
          ? ended.state === "succeeded" && tally.succeeded === 1
          : tally.succeeded + tally.skipped === total;
      if (!opens) continue;
      for (const step of phase.steps) this.#consider(this.#cell(step.key), ended.step.key);
    }
  }
}
