import * as z from "zod";
import { describe, expect, test } from "vitest";
import { fakeEngine } from "../../../test/fakes/engine.ts";
import { worldCluster } from "../../../test/fakes/world.ts";
import { text, type OperationEvent } from "../contract.ts";
import { definePhase, type AnyPhase, type StepContext } from "../phase.ts";

const machine = (probe: (context: StepContext<never>) => Promise<unknown>): AnyPhase =>
  definePhase({
    id: "test.step",
    title: text("Step", "步骤"),
    needs: {},
    output: z.object({ count: z.number() }),
    effect: "reads",
    timeoutMs: 5000,
    on: () => ["m1"],
    probe: async (context) => ({
      state: "satisfied",
      output: (await probe(context as never)) as { count: number },
    }),
  });

const eventsOf = async (phase: AnyPhase): Promise<readonly OperationEvent[]> => {
  const engine = fakeEngine({ workflows: [{ id: "w", title: text("w", "w"), phases: [phase] }] });
  const { id } = await engine.operations.start({ workflow: "w", cluster: worldCluster(1), by: "test" });
  for await (const item of engine.operations.feed({ operation: id }, new AbortController().signal)) void item;
  return engine.journal.stored;
};

const failure = (events: readonly OperationEvent[]): unknown =>
  events.map(({ body }) => body).find((body) => body.type === "step.ended");

describe("a step", () => {
  test("that takes too long is aborted and fails with its own code", async () => {
    let aborted = false;
    const events = await eventsOf(
      machine(async ({ ports, signal }) => {
        await ports.clock.sleep(60_000, signal).catch(() => {
          aborted = true;
          throw new Error("gave up");
        });
      }),
    );
    expect(aborted).toBe(true);
    expect(failure(events)).toMatchObject({
      outcome: "failed",
      error: { code: "STEP_TIMEOUT", machine: "m1" },
    });
  });

  test("that ignores its abort is left behind, not waited for without end", async () => {
    const events = await eventsOf(machine(() => new Promise(() => undefined)));
    expect(failure(events)).toMatchObject({ outcome: "failed", error: { code: "STEP_TIMEOUT" } });
  });

  test("whose output does not fit its schema fails, and nothing is built on it", async () => {
    const events = await eventsOf(machine(async () => ({ count: "three" })));
    expect(failure(events)).toMatchObject({ outcome: "failed", error: { code: "OUTPUT_INVALID" } });
  });

  test("that throws something foreign fails as INTERNAL with the stack as detail", async () => {
    const events = await eventsOf(
      machine(async () => {
        throw new TypeError("boom");
      }),
    );
    expect(failure(events)).toMatchObject({
      error: { code: "INTERNAL", params: { problem: "boom" }, machine: "m1", phase: "test.step" },
    });
  });

  test("records its lines in the order in which they were said, before its end", async () => {
    const events = await eventsOf(
      machine(async ({ say, waiting }) => {
        say(text("one", "一"));
        waiting(text("two", "二"));
        say(text("three", "三"));
        return { count: 3 };
      }),
    );
    expect(events.map(({ body }) => ("text" in body ? body.text.en : body.type))).toEqual([
      "operation.created",
      "step.started",
      "one",
      "two",
      "three",
      "step.ended",
      "operation.ended",
    ]);
  });
});
