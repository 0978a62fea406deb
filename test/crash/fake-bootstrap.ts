import { isDeepStrictEqual } from "node:util";
import { stepKey, type OperationEvent } from "../../installer/contract/operation.ts";
import { ClusterSpec } from "../../installer/contract/spec/cluster.ts";
import type { StepContext, Workflow } from "../../installer/core/phase.ts";
import { bootstrap } from "../../installer/workflows/bootstrap.ts";
import { fakeEngine, type FakeEngine } from "../fakes/engine.ts";
import { shapedLike } from "../support/shaped-workflow.ts";

/** What a kill of the engine inside a bootstrap came to. */
export interface FakeCrash {
  /** Type of the last event before the kill. */
  readonly killedAfter: string;
  readonly events: number;
  readonly outcome: string;
  /** Changes that were begun although they had been carried out, or carried out twice. Must be empty. */
  readonly repeated: readonly string[];
  /** All changes that the machines have in the end. */
  readonly changes: readonly string[];
  /** Steps that are neither satisfied nor applied. Must be empty. */
  readonly unfinished: readonly string[];
}

/** Three control planes, a worker that stays, and one that leaves and is cleaned: what a bootstrap destroys. */
const before = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "crash",
  endpoint: { virtualIp: "10.0.0.10" },
  machines: ["n1", "n2", "n3", "n4", "n5"].map((name) => ({
    name,
    address: `10.0.0.1${name.slice(1)}`,
    roles: [name < "n4" ? "control-plane" : "worker"],
  })),
});
const cluster = { ...before, machines: before.machines.slice(0, 4) };
const departing = before.machines.slice(4);

/** Changes as the machines keep them, whatever becomes of the engine, and how many events there were when each was made. */
class Changes extends Set<string> {
  readonly madeAt = new Map<string, number>();
  readonly twice: string[] = [];
  seq: () => number = () => 0;

  override add(key: string): this {
    if (this.has(key)) this.twice.push(key);
    this.madeAt.set(key, this.seq());
    return super.add(key);
  }
}

/**
 * The real bootstrap's phases with their needs, targets and limits, over machines that take some time to answer. What an
 * engine has under way when it dies never returns.
 */
const shaped = (changes: Changes, life: { dead: boolean }): Workflow => ({
  ...shapedLike(bootstrap, {
    done: changes,
    async trip({ target, ports, signal }: StepContext<never>) {
      await ports.clock.sleep(5 + (target.charCodeAt(target.length - 1) % 7), signal);
      if (life.dead) await new Promise<never>(() => undefined);
    },
  }),
  parameters: () => ({ departing }),
});

/** Changes that were under way when the engine died. */
const halfDone = (events: readonly OperationEvent[]): readonly string[] => {
  const open = new Set<string>();
  for (const { body } of events) {
    if (body.type === "step.applying") open.add(stepKey(body.step));
    if (body.type === "step.ended") open.delete(stepKey(body.step));
  }
  return [...open];
};

/**
 * Runs a bootstrap over fakes, kills the engine right behind the given event, and lets the next one finish. Of the changes
 * that were under way, every second one reached its machine without anybody hearing of it.
 */
export const fakeCrash = async (boundary: number | undefined): Promise<FakeCrash> => {
  const changes = new Changes();
  const life = { dead: false };
  let engine: FakeEngine = fakeEngine({ workflows: [shaped(changes, life)] });
  const stored = (): readonly OperationEvent[] => engine.journal.stored;
  changes.seq = () => stored().length;
  if (boundary !== undefined) engine.journal.crashAfter(boundary);
  const started = engine.operations.start({
    workflow: "bootstrap",
    cluster,
    by: "test",
    confirmation: "bootstrap crash",
  });
  let killedAfter = "-";
  if (boundary !== undefined) {
    await engine.journal.crashed;
    life.dead = true;
    killedAfter = stored().at(-1)?.body.type ?? "-";
    for (const [index, key] of halfDone(stored()).entries()) {
      if ((index + boundary) % 2 === 0 && !changes.has(key)) changes.add(key);
    }
    engine = fakeEngine({ workflows: [shaped(changes, { dead: false })], before: engine });
    await engine.operations.recover("resume");
  } else {
    await started;
  }
  const [operation] = await engine.operations.list({ limit: 1 });
  if (operation === undefined)
    throw new Error(`no operation in the journal after a kill behind event ${boundary}`);
  const { signal } = new AbortController();
  if (operation.status === "running") {
    for await (const { body } of engine.journal.tail({ operation: operation.id }, signal)) {
      if (body.type === "operation.ended") break;
    }
  }
  const steps = await engine.operations.steps(operation.id);
  const again = stored().flatMap(({ seq, body }) =>
    body.type === "step.applying" &&
    seq > (changes.madeAt.get(stepKey(body.step)) ?? Number.POSITIVE_INFINITY)
      ? [stepKey(body.step)]
      : [],
  );
  return {
    killedAfter,
    events: stored().length,
    outcome: (await engine.operations.get(operation.id)).status,
    changes: [...changes].toSorted(),
    repeated: [...again, ...changes.twice],
    unfinished: steps
      .filter(({ state }) => state !== "satisfied" && state !== "applied")
      .map(({ step }) => stepKey(step)),
  };
};

/** What is wrong with a bootstrap that was disturbed, beside one that was not; undefined when nothing is. */
export const fakeProblem = (run: FakeCrash, calm: FakeCrash): string | undefined => {
  if (run.outcome !== "succeeded") return `ended as ${run.outcome}`;
  if (run.repeated.length > 0) return `made again: ${run.repeated.join(", ")}`;
  if (run.unfinished.length > 0) return `unfinished: ${run.unfinished.join(", ")}`;
  return isDeepStrictEqual(run.changes, calm.changes)
    ? undefined
    : `other changes: ${run.changes.length} instead of ${calm.changes.length}`;
};
