import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { OperationId } from "../../installer/contract/operation.ts";
import { SlipwayError } from "../../installer/contract/errors/index.ts";
import { fakeEngine, type FakeEngine } from "../fakes/engine.ts";
import { World, worldCluster, worldWorkflow, type Fault } from "../fakes/world.ts";

/** What happens to the engine or the operation, counted in events after the previous one. */
interface Disturbance {
  readonly kind: "kill" | "pause" | "resume" | "cancel" | "retry" | "stop";
  readonly afterEvents: number;
  /** Which half-done changes had reached their machine when the engine died. */
  readonly reached: number;
}

const runs = 150;
const decision = { by: "test", why: "model" };

const disturbance: fc.Arbitrary<Disturbance> = fc.record({
  kind: fc.constantFrom("kill", "kill", "kill", "pause", "resume", "cancel", "retry", "stop"),
  afterEvents: fc.integer({ min: 1, max: 25 }),
  reached: fc.nat({ max: 2 ** 16 - 1 }),
});

const fault: fc.Arbitrary<readonly [string, Fault[]]> = fc.tuple(
  fc
    .tuple(fc.constantFrom("connect", "prepare", "wipe", "join"), fc.integer({ min: 2, max: 4 }))
    .map(([phase, index]) => `${phase}@m${index}`),
  fc.array(fc.constantFrom<Fault>("transient", "lasting", "slow"), { minLength: 1, maxLength: 3 }),
);

/** Decisions may come too late or too early: the service then says so, and that is no fault. */
const tolerant = async (work: Promise<unknown>): Promise<void> => {
  try {
    await work;
  } catch (error) {
    if (
      !(error instanceof SlipwayError) ||
      !["OPERATION_STATE", "OPERATION_CONFLICT", "OPERATION_UNDER_WAY"].includes(error.code)
    )
      throw error;
  }
};

/** Resolves when `count` more events are stored, the engine dies or the operation ends. */
const events = async (engine: FakeEngine, id: OperationId, count: number): Promise<void> => {
  const stop = new AbortController();
  let seen = 0;
  const after = engine.journal.stored.length;
  for await (const event of engine.journal.tail({ operation: id, after }, stop.signal)) {
    seen += 1;
    if (seen >= count || event.body.type === "operation.ended") return;
  }
};

test("an operation that is killed, paused, cancelled and retried at random always ends with every change made once", async () => {
  let disturbances = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(disturbance, { minLength: 2, maxLength: 8 }),
      fc.array(fault, { maxLength: 4 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
      async (plan, faults, durations) => {
        const times = new Map<string, number>();
        const world = new World((key) => {
          const ms = times.get(key) ?? durations.next().value ?? 10;
          times.set(key, ms);
          return ms;
        });
        for (const [key, list] of faults) world.faults.set(key, [...list]);
        const workflows = [worldWorkflow(world)];
        let engine = fakeEngine({ workflows });
        const cluster = worldCluster(4);
        const { id } = await engine.operations.start({
          workflow: "world",
          cluster,
          by: "test",
          confirmation: "world world",
        });

        for (const { kind, afterEvents, reached } of plan) {
          const status = engine.journal.stored.length;
          disturbances += 1;
          if (kind === "kill") {
            engine.journal.crashAfter(afterEvents);
            await Promise.race([engine.journal.crashed, settled(engine, id)]);
            let bit = 0;
            world.crash(() => ((reached >> (bit++ % 16)) & 1) === 1);
            engine = fakeEngine({ workflows, before: engine });
            await engine.operations.recover("resume");
          } else if (kind === "stop") {
            await Promise.race([events(engine, id, afterEvents), settled(engine, id)]);
            await engine.operations.shutdown();
            engine = fakeEngine({ workflows, before: engine });
            await engine.operations.recover("resume");
          } else {
            await Promise.race([events(engine, id, afterEvents), settled(engine, id)]);
            if (kind === "pause") await tolerant(engine.operations.pause(id, decision));
            if (kind === "resume") await tolerant(engine.operations.resume(id, decision));
            if (kind === "cancel") await tolerant(engine.operations.cancel(id, decision));
            if (kind === "retry") await tolerant(engine.operations.resume(id, decision, "m2"));
          }
          expect(engine.journal.stored.length).toBeGreaterThanOrEqual(status);
        }

        for (let round = 0; (await engine.operations.get(id)).status !== "succeeded"; round += 1) {
          expect(round, "an operation that is retried must end").toBeLessThan(20);
          await tolerant(engine.operations.resume(id, decision));
          await settled(engine, id);
        }
        expect(world.violations).toEqual([]);
        for (const step of [
          "prepare@m1",
          "wipe@m1",
          "wipe@m4",
          "first@m1",
          "join@m2",
          "join@m3",
          "join@m4",
        ]) {
          expect(world.done.has(step), `${step} was made`).toBe(true);
          expect(world.applied.get(step) ?? 0, `${step} was made at most once`).toBeLessThanOrEqual(1);
        }
        const steps = await engine.operations.steps(id);
        expect(
          steps.map(({ state }) => state).filter((state) => state !== "satisfied" && state !== "applied"),
        ).toEqual([]);
      },
    ),
    { numRuns: runs },
  );
  expect(disturbances).toBeGreaterThanOrEqual(500);
}, 60_000);

/** Resolves when the operation rests: ended, or paused with nothing inside. */
const settled = async (engine: FakeEngine, id: OperationId): Promise<void> => {
  for (;;) {
    const record = await engine.operations.get(id);
    if (["succeeded", "failed", "cancelled"].includes(record.status)) return;
    if (record.status === "paused" && engine.operations.idle()) return;
    await engine.clock.sleep(5);
  }
};
