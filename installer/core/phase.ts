import type * as z from "zod";
import type { Effect, Localized, OperationId } from "./contract.ts";
import type { ClusterSpec, MachineSpec } from "../contract/spec/cluster.ts";
import type { OperationParameters } from "../contract/parameters.ts";
import type { Ports } from "./ports/index.ts";

/** What a probe found. `satisfied` carries the output that later steps build on, so nothing has to be remembered. */
export type Verdict<Output> =
  | { readonly state: "satisfied"; readonly output: Output }
  | { readonly state: "needed"; readonly why: Localized; readonly loss?: Localized };

/** Whose result a step waits for: its own machine's, that of every machine, or that of any one. */
export type NeedScope = "sameMachine" | "everyMachine" | "anyMachine";

/** A need with a scope other than the default. Made by `everyMachine` and `anyMachine`. */
export interface ScopedNeed<P extends AnyPhase, S extends NeedScope> {
  readonly phase: P;
  readonly scope: S;
}

/** A need that counts only in workflows that list its phase; in the others its result is undefined. Made by `whereListed`. */
export interface OptionalNeed<P extends AnyPhase, S extends NeedScope> extends ScopedNeed<P, S> {
  readonly optional: true;
}

/** Needs are phase objects, never names: a typo does not compile. */
export type Needs = Readonly<Record<string, AnyPhase | ScopedNeed<AnyPhase, NeedScope>>>;

/** Waits until `phase` has ended well on every machine it runs on; gives all of their outputs by machine. */
export const everyMachine = <P extends AnyPhase>(phase: P): ScopedNeed<P, "everyMachine"> => ({
  phase,
  scope: "everyMachine",
});

/** Waits until `phase` has ended well on at least one machine; gives the outputs there are by then. */
export const anyMachine = <P extends AnyPhase>(phase: P): ScopedNeed<P, "anyMachine"> => ({
  phase,
  scope: "anyMachine",
});

/** Makes a need count only where its phase is listed: a phase may serve in workflows with and without it. */
export const whereListed = <P extends AnyPhase, S extends NeedScope>(
  need: ScopedNeed<P, S>,
): OptionalNeed<P, S> => ({ ...need, optional: true });

/** The result of a phase on the same machine, where it runs there at all: undefined on machines that it does not concern. */
export const whereItRuns = <P extends AnyPhase>(phase: P): OptionalNeed<P, "sameMachine"> => ({
  phase,
  scope: "sameMachine",
  optional: true,
});

type OutputOf<P> = P extends { readonly output: infer O extends z.ZodType } ? z.output<O> : never;

type ScopedResult<P, S> = S extends "sameMachine" ? OutputOf<P> : ReadonlyMap<string, OutputOf<P>>;

type NeedResult<N> =
  N extends OptionalNeed<infer P, infer S>
    ? ScopedResult<P, S> | undefined
    : N extends ScopedNeed<infer P, infer S>
      ? ScopedResult<P, S>
      : OutputOf<N>;

/** The outputs of a step's needs, under the names the phase gave them. */
export type Results<N extends Needs> = { readonly [K in keyof N]: NeedResult<N[K]> };

/** What a step may say about the operation it is part of, such as in a mark that the next run must recognise. */
export interface Origin {
  readonly id: OperationId;
  readonly by: string;
}

/** Everything a step may use. A phase reaches the world through `ports` only. */
export interface StepContext<N extends Needs> {
  /** The entry for the target in the spec, or among the departing, with ssh defaults merged; undefined on the appliance. */
  readonly machine: MachineSpec | undefined;
  /** Name of the target: a machine's, or `@appliance`. */
  readonly target: string;
  readonly cluster: ClusterSpec;
  /** What the operation is about besides the spec. */
  readonly parameters: OperationParameters;
  /** The operation this step is part of and who asked for it; undefined in a dry run. */
  readonly operation: Origin | undefined;
  readonly from: Results<N>;
  readonly ports: Ports;
  /** Aborts on cancel and on time-out; every port call takes it. */
  readonly signal: AbortSignal;
  /** Writes a line into the step's log. */
  say(line: Localized): void;
  /** Reports how far the step is; shown live, not journalled. */
  progress(done: number, total: number | undefined, unit: "bytes" | "items"): void;
  /** States what the step waits for, before it waits. */
  waiting(what: Localized): void;
}

/** A bound on how many steps may be inside a phase (or a group of phases that name the same key) at once. */
export interface Limit {
  readonly key: string;
  readonly max: number;
}

interface PhaseBase<N extends Needs, O extends z.ZodType> {
  /** Stable, equal to the file's path below installer/phases without ending, `/` as `.`. */
  readonly id: string;
  readonly title: Localized;
  readonly needs: N;
  /** Schema of the output: validated, then journalled. It must never hold a secret, only references. */
  readonly output: O;
  readonly timeoutMs: number;
  readonly limit?: Limit;
  /** Names of the targets: machines of the spec, departing ones, or `@appliance`. Pure. */
  on(cluster: ClusterSpec, parameters: OperationParameters): readonly string[];
}

/** Looks and reports. Its probe is all there is, and it never changes anything. */
export interface ReadingPhase<N extends Needs, O extends z.ZodType> extends PhaseBase<N, O> {
  readonly effect: "reads";
  probe(context: StepContext<N>): Promise<{ readonly state: "satisfied"; readonly output: z.output<O> }>;
}

/** Changes its machine: `probe` says whether that is still needed and never changes anything; `apply` is idempotent. */
export interface ChangingPhase<N extends Needs, O extends z.ZodType> extends PhaseBase<N, O> {
  readonly effect: Exclude<Effect, "reads">;
  probe(context: StepContext<N>): Promise<Verdict<z.output<O>>>;
  apply(context: StepContext<N>): Promise<z.output<O>>;
}

/** One unit of work on a set of machines; resumable, because its probe finds out what is left to do. */
export type Phase<N extends Needs, O extends z.ZodType> = ReadingPhase<N, O> | ChangingPhase<N, O>;

/** A phase whose types were checked where it was defined. The one `any` of the code base: contexts are contravariant. */
// oxlint-disable-next-line typescript/no-explicit-any -- no other type accepts every phase
export type AnyPhase = Phase<any, any>;

/** What others see of a phase: its output, not its needs, whose types would otherwise nest into each other without end. */
type Declared<P extends AnyPhase, O extends z.ZodType> = P["effect"] extends "reads"
  ? ReadingPhase<never, O>
  : ChangingPhase<never, O>;

/** Declares a phase. Order, fan-out, retry, time-out, events and dry run belong to the runner. */
export const definePhase = <N extends Needs, O extends z.ZodType, P extends Phase<N, O>>(
  phase: P & Phase<N, O>,
): Declared<P, O> => phase as unknown as Declared<P, O>;

/** An ordered list of phases, readable top to bottom; the order is that of the plan, the needs are those of the run. */
export interface Workflow {
  readonly id: string;
  readonly title: Localized;
  readonly phases: readonly AnyPhase[];
  /**
   * Completes and checks what the operator asked for, before anything is planned. Pure. Without it a workflow takes no
   * parameters.
   * @throws SlipwayError when the request makes no sense for this workflow.
   */
  readonly parameters?: (request: WorkflowRequest) => OperationParameters;
}

/** What a workflow judges a request by. */
export interface WorkflowRequest {
  readonly cluster: ClusterSpec;
  readonly parameters: OperationParameters;
  /** The spec that was last applied to this cluster with success, if there ever was one. */
  readonly applied: ClusterSpec | undefined;
}
