import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeJournal } from "../../../test/fakes/journal.ts";
import { anyEvent, sampleOperation, temporaryFolder } from "../../../test/support/journal-samples.ts";
import { FakeClock } from "../../../test/fakes/clock.ts";
import { FakeLog } from "../../../test/fakes/log.ts";
import { stepKey, text, type EventBody, type OperationEvent } from "../../core/contract.ts";
import type { Journal, StepRecord } from "../../core/ports/journal.ts";
import { openJournal } from "./open.ts";
import { projectStep } from "./projection.ts";

const step = { phase: "machine.facts", machine: "m1" };
const at = (seq: number, body: EventBody): OperationEvent => ({
  seq,
  operation: "op-0000000001",
  at: seq,
  body,
});

/** The same rules, told the other way round: from the history of one step, looking backwards. */
const lookBack = (history: readonly OperationEvent[]): Partial<StepRecord> | undefined => {
  const born = history.findIndex(({ body }) =>
    ["step.started", "step.applying", "step.ended"].includes(body.type),
  );
  if (born === -1) return undefined;
  const alive = history.slice(born);
  const started = alive.findLast(({ body }) => body.type === "step.started")?.body;
  const turning = alive.findLast(({ body }) => !["step.said", "step.waiting"].includes(body.type))?.body;
  const settled = alive.findLast(({ body }) =>
    ["step.started", "step.applying", "step.ended"].includes(body.type),
  )?.body;
  const firstIsEnd = alive[0]?.body.type === "step.ended";
  return {
    state:
      turning?.type === "step.ended"
        ? turning.outcome
        : turning?.type === "step.applying"
          ? "applying"
          : "running",
    attempt: started?.type === "step.started" ? started.attempt : firstIsEnd ? 0 : 1,
    output: settled?.type === "step.ended" ? settled.output : undefined,
    error: turning?.type === "step.retrying" || turning?.type === "step.ended" ? turning.error : undefined,
    lastSeq: alive.at(-1)?.seq ?? 0,
  };
};

const statusOf = (history: readonly OperationEvent[]): string => {
  const last = history.findLast(({ body }) => body.type.startsWith("operation."))?.body;
  if (last?.type === "operation.ended") return last.outcome;
  if (last?.type === "operation.paused") return "paused";
  return last?.type === "operation.cancelling" ? "cancelling" : "running";
};

const expectStateToFollowFrom = async (journal: Journal, run: number): Promise<void> => {
  const all = await journal.events({});
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
  for (const operation of [
    ...(await journal.operations({ cluster: `site-${run}` })),
    ...(await journal.operations({ cluster: `other-${run}` })),
  ]) {
    const history = all.filter((event) => event.operation === operation.id);
    expect(operation).toMatchObject({ status: statusOf(history), lastSeq: history.at(-1)?.seq });
    const byStep = Map.groupBy(
      history.filter(({ body }) => "step" in body),
      ({ body }) => ("step" in body ? stepKey(body.step) : ""),
    );
    const expected = [...byStep]
      .map(([key, events]) => ({ key, record: lookBack(events) }))
      .filter(({ record }) => record !== undefined)
      .toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const found = (await journal.steps(operation.id))
      .map(({ step: ref, ...record }) => ({ key: stepKey(ref), record }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1));
    expect(found).toEqual(expected);
  }
  for (const cluster of [`site-${run}`, `other-${run}`]) {
    const ids = new Set((await journal.operations({ cluster })).map(({ id }) => id));
    for (const phase of ["machine.connect", "machine.facts"]) {
      const newest = new Map<string, { output: unknown; at: number }>();
      for (const { operation, body, at } of all) {
        if (!ids.has(operation) || body.type !== "step.ended" || body.step.phase !== phase) continue;
        if (body.outcome !== "satisfied" && body.outcome !== "applied") continue;
        newest.set(body.step.machine, { output: body.output, at });
      }
      expect(await journal.latestOutputs(cluster, phase)).toEqual(newest);
    }
  }
};

const histories = fc.array(fc.record({ operation: fc.integer({ min: 1, max: 3 }), body: anyEvent }), {
  maxLength: 40,
});

/** Plays a history on three operations of its own, two on one cluster and one on another. */
const play = async (
  journal: Journal,
  run: number,
  history: readonly { operation: number; body: EventBody }[],
): Promise<void> => {
  const operations = [1, 2, 3].map((n) =>
    sampleOperation(run * 10 + n, n === 3 ? `other-${run}` : `site-${run}`),
  );
  await Promise.all(operations.map((operation) => journal.create(operation)));
  await Promise.all(
    history.map(({ operation, body }) => journal.append(operations[operation - 1]?.id ?? "", body)),
  );
};

describe("the projection of events", () => {
  test("makes of any history what looking back over it says, in the database", async () => {
    using folder = temporaryFolder();
    const journal = await openJournal({
      path: `${folder.path}/data/journal.db`,
      clock: new FakeClock(),
      log: new FakeLog(),
      backupEvery: { atStart: "never" },
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        run += 1;
        await play(journal, run, history);
        await expectStateToFollowFrom(journal, run);
      }),
      { numRuns: 60 },
    );
    expect(run).toBe(60);
    await journal.close();
  });

  test("makes of any history what looking back over it says, in the fake journal", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        run += 1;
        const journal = new FakeJournal();
        await play(journal, run, history);
        await expectStateToFollowFrom(journal, run);
      }),
      { numRuns: 100 },
    );
    expect(run).toBe(100);
  });

  test("brings no step into being by talk alone", () => {
    expect(projectStep(undefined, at(1, { type: "step.said", step, text: text("x", "x") }))).toBeUndefined();
  });

  test("forgets the error of the attempt before when a new one starts", () => {
    const failed = projectStep(
      undefined,
      at(1, {
        type: "step.ended",
        step,
        outcome: "failed",
        durationMs: 1,
        error: { code: "INTERNAL", params: {} },
      }),
    );
    expect(failed).toMatchObject({ state: "failed", error: { code: "INTERNAL" } });
    expect(projectStep(failed, at(2, { type: "step.started", step, attempt: 2 }))).toMatchObject({
      state: "running",
      attempt: 2,
      error: undefined,
    });
  });

  test("keeps the output of an earlier operation when a later one fails on the same machine", async () => {
    const journal = new FakeJournal();
    await play(journal, 1, [
      { operation: 1, body: { type: "step.ended", step, outcome: "satisfied", durationMs: 1, output: 7 } },
      { operation: 2, body: { type: "step.ended", step, outcome: "failed", durationMs: 1 } },
    ]);
    expect((await journal.latestOutputs("site-1", step.phase)).get("m1")).toMatchObject({ output: 7 });
  });
});
