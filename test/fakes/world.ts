import * as z from "zod";
import { APPLIANCE } from "../../installer/contract/operation.ts";
import { SlipwayError } from "../../installer/contract/errors/index.ts";
import { ClusterSpec } from "../../installer/contract/spec/cluster.ts";
import { text } from "../../installer/contract/text.ts";
import {
  anyMachine,
  definePhase,
  everyMachine,
  type StepContext,
  type Workflow,
} from "../../installer/core/phase.ts";

/** What a fault does to one call of a phase. */
export type Fault = "transient" | "lasting" | "slow";

/** One engine's life: when it dies, its calls into the world come to nothing. */
export interface Life {
  dead: boolean;
}

/**
 * Machines that remember which changes were made to them, and whether any change was made that should not have been.
 * Phases built on it stand for real ones in tests of the runner.
 */
export class World {
  /** Changes made, by `<phase>@<machine>`. */
  readonly done = new Set<string>();
  /** How often each change was carried out to its end. */
  readonly applied = new Map<string, number>();
  /** Broken promises: a change made twice at once, or again although it was there. */
  readonly violations: string[] = [];
  readonly #inside = new Set<string>();
  /** Faults still to happen, by step; each call takes one. */
  readonly faults = new Map<string, Fault[]>();
  life: Life = { dead: false };
  readonly #durationMs: (key: string) => number;

  /** @param durationMs how long one call takes, in virtual milliseconds */
  constructor(durationMs: (key: string) => number = () => 10) {
    this.#durationMs = durationMs;
  }

  /** The engine is gone: what it had under way never returns, and may or may not have reached the machine. */
  crash(reaches: (key: string) => boolean): void {
    for (const key of this.#inside) if (reaches(key)) this.done.add(key);
    this.#inside.clear();
    this.life.dead = true;
    this.life = { dead: false };
  }

  async probe(key: string, context: StepContext<never>): Promise<boolean> {
    await this.#spend(key, context);
    return this.done.has(key);
  }

  async apply(key: string, context: StepContext<never>): Promise<void> {
    if (this.#inside.has(key)) this.violations.push(`${key} was entered twice at once`);
    if (this.done.has(key)) this.violations.push(`${key} was applied although it was done`);
    if (key.startsWith("join@") && [...this.#inside].some((other) => other.startsWith("join@"))) {
      this.violations.push(`${key} was entered beside another join`);
    }
    const { life } = this;
    this.#inside.add(key);
    try {
      await this.#spend(key, context);
      if (life.dead) return await new Promise<never>(() => undefined);
      this.done.add(key);
      this.applied.set(key, (this.applied.get(key) ?? 0) + 1);
    } finally {
      if (!life.dead) this.#inside.delete(key);
    }
  }

  async #spend(key: string, { ports, signal }: StepContext<never>): Promise<void> {
    const { life } = this;
    const fault = this.faults.get(key)?.shift();
    await ports.clock.sleep(this.#durationMs(key) * (fault === "slow" ? 20 : 1), signal);
    if (life.dead) await new Promise<never>(() => undefined);
    if (fault === "transient")
      throw new SlipwayError("HOST_UNREACHABLE", { machine: key, address: "10.0.0.1" });
    if (fault === "lasting")
      throw new SlipwayError("COMMAND_FAILED", { machine: key, command: "true", code: 1 });
  }
}

const titled = (id: string): { id: string; title: ReturnType<typeof text> } => ({ id, title: text(id, id) });
const machinesOf = (cluster: ClusterSpec): string[] => cluster.machines.map(({ name }) => name);

/** A workflow with every kind of phase and need: reads, changes, a limit, a destruction, per machine and for the site. */
export const worldWorkflow = (world: World): Workflow => {
  const output = z.object({ who: z.string() });
  const change = (id: string) => ({
    ...titled(id),
    output,
    timeoutMs: 60_000,
    probe: async (context: StepContext<never>) =>
      (await world.probe(`${id}@${context.target}`, context))
        ? { state: "satisfied" as const, output: { who: context.target } }
        : { state: "needed" as const, why: text("not there yet", "尚未完成") },
    apply: async (context: StepContext<never>) => {
      context.say(text(`working on ${context.target}`, `正在处理 ${context.target}`));
      await world.apply(`${id}@${context.target}`, context);
      return { who: context.target };
    },
  });
  const look = (id: string) => ({
    ...titled(id),
    output,
    effect: "reads" as const,
    timeoutMs: 60_000,
    probe: async (context: StepContext<never>) => {
      await world.probe(`${id}@${context.target}`, context);
      return { state: "satisfied" as const, output: { who: context.target } };
    },
  });
  const connect = definePhase({ ...look("connect"), needs: {}, on: machinesOf });
  const prepare = definePhase({
    ...change("prepare"),
    effect: "changes",
    needs: { connect },
    on: machinesOf,
  });
  const wipe = definePhase({ ...change("wipe"), effect: "destroys", needs: { prepare }, on: machinesOf });
  const first = definePhase({
    ...change("first"),
    effect: "changes",
    needs: { all: everyMachine(connect), wipe },
    on: (cluster) => machinesOf(cluster).slice(0, 1),
  });
  const join = definePhase({
    ...change("join"),
    effect: "changes",
    needs: { wipe, first: anyMachine(first) },
    limit: { key: "join", max: 1 },
    on: (cluster) => machinesOf(cluster).slice(1),
  });
  const verify = definePhase({
    ...look("verify"),
    needs: { first: everyMachine(first), joined: everyMachine(join) },
    on: () => [APPLIANCE],
  });
  return { ...titled("world"), phases: [connect, prepare, wipe, first, join, verify] };
};

/** A cluster of `count` machines for the world. */
export const worldCluster = (count: number, name = "world"): ClusterSpec =>
  ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name,
    machines: Array.from({ length: count }, (_, index) => ({
      name: `m${index + 1}`,
      address: `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    })),
  });
