import * as z from "zod";
import { text } from "../../installer/contract/text.ts";
import { APPLIANCE } from "../../installer/contract/operation.ts";
import type { MachineFacts } from "../../installer/contract/facts.ts";
import type { Reachability } from "../../installer/contract/preflight.ts";
import { needsOf } from "../../installer/core/graph.ts";
import type { AnyPhase, Needs, OptionalNeed, StepContext, Workflow } from "../../installer/core/phase.ts";
import { judgeMachine, judgeSite } from "../../installer/core/preflight/judge.ts";
import { goodMachine } from "../fixtures/inventory/good-machine.ts";

/** How the machines of a shaped workflow answer. */
export interface Answers {
  /** One round trip to a machine. */
  trip(context: StepContext<never>): Promise<void>;
  /** Changes made, by `<phase>@<machine>`; a probe finds them satisfied. */
  readonly done: Set<string>;
}

const factsOf = (name: string, address: string, index: number): MachineFacts => ({
  ...goodMachine,
  identity: { ...goodMachine.identity, hostname: name, machineId: `${index}`.padStart(32, "0") },
  dmi: { ...goodMachine.dmi, uuid: `uuid-${index}` },
  interfaces: goodMachine.interfaces.map((device, at) => ({
    ...device,
    mac: `52:54:00:${[index >> 8, index & 255, at].map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`,
    permanentMac: null,
    addresses: device.addresses.map((entry) => ({ ...entry, address })),
  })),
});

/** What the phases that weigh most give: facts of a real machine, judged by the real checks. */
const outputOf = (id: string, context: StepContext<never>): unknown => {
  const { cluster, machine, target } = context;
  const from = context.from as Readonly<Record<string, unknown>>;
  if (id === "machine.inventory" && machine !== undefined) {
    const index = cluster.machines.findIndex(({ name }) => name === target);
    return factsOf(machine.name, machine.address, index);
  }
  if (id === "preflight.machine" && machine !== undefined) {
    return { results: judgeMachine({ cluster, machine, facts: from["facts"] as MachineFacts }) };
  }
  if (id === "preflight.reachability") return { method: "perl", peers: [] } satisfies Reachability;
  if (id === "preflight.site") {
    const facts = from["facts"] as ReadonlyMap<string, MachineFacts>;
    const reach = from["reach"] as ReadonlyMap<string, Reachability>;
    return { results: judgeSite({ cluster, facts, reach }) };
  }
  return { target };
};

/**
 * A workflow of the same shape as a real one: the same phases with the same needs, targets and limits, whose work is round
 * trips to machines: one to probe, and two to change.
 */
export const shapedLike = (real: Workflow, { trip, done }: Answers): Workflow => {
  const shaped = new Map<string, AnyPhase>();
  for (const phase of real.phases) {
    const needs: Needs = Object.fromEntries(
      needsOf(phase).flatMap(({ name, phase: needed, scope, optional }): [string, Needs[string]][] => {
        const source = shaped.get(needed.id);
        // A need of other workflows only.
        if (source === undefined) return [];
        const optionalNeed: OptionalNeed<AnyPhase, typeof scope> = { phase: source, scope, optional: true };
        if (optional) return [[name, optionalNeed]];
        return [[name, scope === "sameMachine" ? source : { phase: source, scope }]];
      }),
    );
    const key = ({ target }: StepContext<never>): string => `${phase.id}@${target}`;
    const probe = async (context: StepContext<never>) => {
      if (context.target !== APPLIANCE) await trip(context);
      if (phase.effect === "reads" || done.has(key(context))) {
        return { state: "satisfied" as const, output: outputOf(phase.id, context) };
      }
      return { state: "needed" as const, why: text("not there yet", "尚未完成") };
    };
    const apply = async (context: StepContext<never>) => {
      context.say(text(`working on ${context.target}`, `正在处理 ${context.target}`));
      await trip(context);
      if (context.target !== APPLIANCE) await trip(context);
      done.add(key(context));
      return outputOf(phase.id, context);
    };
    const { id, title, timeoutMs, limit, effect } = phase;
    shaped.set(id, {
      ...{ id, title, timeoutMs, effect, needs, output: z.unknown(), probe, apply },
      on: (cluster, parameters) => phase.on(cluster, parameters),
      ...(limit === undefined ? {} : { limit }),
    } as AnyPhase);
  }
  return { id: real.id, title: real.title, phases: [...shaped.values()] };
};
