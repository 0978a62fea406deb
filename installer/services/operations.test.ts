import { describe, expect, test } from "vitest";
import * as z from "zod";
import { fakeEngine, type FakeEngine } from "../../test/fakes/engine.ts";
import { World, worldCluster, worldWorkflow } from "../../test/fakes/world.ts";
import { text, type OperationEvent, type OperationId } from "../core/contract.ts";
import { definePhase, type Workflow } from "../core/phase.ts";
import type { OperationRecord } from "../core/ports/journal.ts";
import type { FeedItem } from "./operations-api.ts";

/** A workflow with one step on each machine that leaves. */
const leaving: Workflow = {
  id: "leaving",
  title: text("Leave", "离开"),
  parameters: ({ cluster, applied }) => ({
    departing: (applied?.machines ?? []).filter(
      ({ name }) => !cluster.machines.some((machine) => machine.name === name),
    ),
  }),
  phases: [
    definePhase({
      id: "machine.leave",
      title: text("Leave", "离开"),
      needs: {},
      output: z.object({ address: z.string().optional() }),
      effect: "reads",
      timeoutMs: 1_000,
      on: (_, { departing = [] }) => departing.map(({ name }) => name),
      probe: ({ machine }) =>
        Promise.resolve({
          state: "satisfied",
          output: machine === undefined ? {} : { address: machine.address },
        }),
    }),
  ],
};

const decision = { by: "operator", why: "because" };
const confirmation = "world world";

const begin = async (
  world: World,
  machines = 3,
): Promise<{ engine: FakeEngine; id: OperationId; cluster: OperationRecord["cluster"] }> => {
  const engine = fakeEngine({ workflows: [worldWorkflow(world)] });
  const cluster = worldCluster(machines);
  const { id } = await engine.operations.start({ workflow: "world", cluster, by: "operator", confirmation });
  return { engine, id, cluster };
};

/** Collects the feed until the operation ends. */
const untilEnd = async (engine: FakeEngine, id: OperationId, after = 0): Promise<readonly FeedItem[]> => {
  const items: FeedItem[] = [];
  for await (const item of engine.operations.feed({ operation: id, after }, new AbortController().signal))
    items.push(item);
  return items;
};

const ended = (items: readonly FeedItem[]): OperationEvent["body"] | undefined => {
  const last = items.at(-1);
  return last?.kind === "event" ? last.event.body : undefined;
};

/** Waits for the first stored event that fits. */
const seen = async (
  engine: FakeEngine,
  fits: (event: OperationEvent) => boolean,
): Promise<OperationEvent> => {
  for await (const event of engine.journal.tail({ after: 0 }, new AbortController().signal))
    if (fits(event)) return event;
  throw new Error("the journal ended");
};

describe("an operation", () => {
  test("runs every step and tells what it took", async () => {
    const world = new World();
    const { engine, id } = await begin(world);
    const items = await untilEnd(engine, id);
    expect(ended(items)).toMatchObject({ type: "operation.ended", outcome: "succeeded", blocked: [] });
    const end = ended(items);
    const path =
      end?.type === "operation.ended"
        ? end.criticalPath.map(({ step }) => `${step.phase}@${step.machine}`)
        : [];
    expect(path[0]).toMatch(/^connect@/);
    expect(path.at(-1)).toBe("verify@@appliance");
  });

  test("finishes what it can when one machine fails, and names what waits for it", async () => {
    const world = new World();
    world.faults.set("prepare@m2", ["lasting"]);
    const { engine, id } = await begin(world);
    const end = ended(await untilEnd(engine, id));
    expect(end).toMatchObject({
      outcome: "failed",
      blocked: [
        { step: { phase: "wipe", machine: "m2" }, by: [{ phase: "prepare", machine: "m2" }] },
        { step: { phase: "join", machine: "m2" }, by: [{ phase: "wipe", machine: "m2" }] },
        { step: { phase: "verify", machine: "@appliance" }, by: [{ phase: "join", machine: "m2" }] },
      ],
    });
    expect(world.done.has("join@m3")).toBe(true);
  });

  test("tries again by itself when the cause is likely to pass", async () => {
    const world = new World();
    world.faults.set("connect@m1", ["transient", "transient"]);
    const { engine, id } = await begin(world);
    const items = await untilEnd(engine, id);
    const tries = items.flatMap((item) =>
      item.kind === "event" && item.event.body.type === "step.retrying" ? [item.event.body.delayMs] : [],
    );
    expect(tries).toEqual([500, 1000]);
    expect(ended(items)).toMatchObject({ outcome: "succeeded" });
  });

  test("completes after a retry of the machine that failed, without repeating a change", async () => {
    const world = new World();
    world.faults.set("wipe@m3", ["lasting"]);
    const { engine, id } = await begin(world);
    await untilEnd(engine, id);
    const { lastSeq } = await engine.operations.get(id);
    await engine.operations.resume(id, decision, "m3");
    expect(ended(await untilEnd(engine, id, lastSeq))).toMatchObject({ outcome: "succeeded" });
    expect(world.violations).toEqual([]);
    expect([...world.applied.values()].every((times) => times === 1)).toBe(true);
  });

  test("a retry of one machine leaves the failures of the others alone", async () => {
    const world = new World();
    world.faults.set("prepare@m2", ["lasting"]);
    world.faults.set("prepare@m3", ["lasting"]);
    const { engine, id } = await begin(world);
    await untilEnd(engine, id);
    const { lastSeq } = await engine.operations.get(id);
    await engine.operations.resume(id, decision, "m3");
    await untilEnd(engine, id, lastSeq);
    expect(world.done.has("prepare@m3")).toBe(true);
    expect(world.done.has("prepare@m2")).toBe(false);
  });

  test("goes on without a machine that the operator leaves out, also after a crash", async () => {
    const world = new World();
    world.faults.set("prepare@m2", ["lasting"]);
    const { engine, id } = await begin(world);
    await untilEnd(engine, id);
    await engine.operations.skip(id, { machine: "m2" }, { by: "operator", why: "mainboard dead" });
    const next = fakeEngine({ workflows: [worldWorkflow(world)], before: engine });
    const { lastSeq } = await next.operations.get(id);
    world.faults.set("connect@m2", Array(50).fill("lasting"));
    await next.operations.resume(id, decision);
    expect(ended(await untilEnd(next, id, lastSeq))).toMatchObject({ outcome: "succeeded" });
    const skipped = (await next.operations.steps(id)).filter(({ state }) => state === "skipped");
    expect(skipped.map(({ step }) => step.machine)).toEqual(["m2", "m2", "m2", "m2"]);
  });

  test("stops a running step that is skipped while it runs", async () => {
    const world = new World((key) => (key === "prepare@m2" ? 30_000 : 10));
    const { engine, id } = await begin(world);
    await seen(
      engine,
      ({ body }) =>
        body.type === "step.started" && body.step.phase === "prepare" && body.step.machine === "m2",
    );
    await engine.operations.skip(id, { machine: "m2" }, decision);
    expect(ended(await untilEnd(engine, id))).toMatchObject({ outcome: "succeeded" });
    expect(world.done.has("prepare@m2")).toBe(false);
  });

  test("that is paused lets running steps finish and starts no other until it is resumed", async () => {
    const world = new World();
    const { engine, id } = await begin(world);
    await seen(engine, ({ body }) => body.type === "step.started");
    await engine.operations.pause(id, decision);
    while (!engine.operations.idle()) await engine.clock.sleep(1);
    const count = engine.journal.stored.length;
    await engine.clock.sleep(60_000);
    expect(engine.journal.stored.length).toBe(count);
    expect((await engine.operations.get(id)).status).toBe("paused");
    await engine.operations.resume(id, decision);
    expect(ended(await untilEnd(engine, id))).toMatchObject({ outcome: "succeeded" });
  });

  test("that is paused stays paused across a crash", async () => {
    const world = new World();
    const { engine, id } = await begin(world);
    await engine.operations.pause(id, decision);
    const next = fakeEngine({ workflows: [worldWorkflow(world)], before: engine });
    await next.operations.recover("resume");
    await next.clock.sleep(60_000);
    expect((await next.operations.get(id)).status).toBe("paused");
    await next.operations.resume(id, decision);
    expect(ended(await untilEnd(next, id))).toMatchObject({ outcome: "succeeded" });
  });

  test("that is cancelled stops its steps, ends as cancelled and can be taken up again", async () => {
    const world = new World((key) => (key.startsWith("prepare") ? 30_000 : 10));
    const { engine, id } = await begin(world);
    await seen(engine, ({ body }) => body.type === "step.started" && body.step.phase === "prepare");
    await engine.operations.cancel(id, decision);
    const items = await untilEnd(engine, id);
    expect(ended(items)).toMatchObject({ outcome: "cancelled" });
    const { lastSeq } = await engine.operations.get(id);
    await engine.operations.resume(id, decision);
    expect(ended(await untilEnd(engine, id, lastSeq))).toMatchObject({ outcome: "succeeded" });
  });

  test("that was being cancelled when the engine died is ended, not resumed", async () => {
    const world = new World();
    const { engine, id } = await begin(world);
    engine.journal.crashAfter(1);
    void engine.operations.cancel(id, decision);
    await engine.journal.crashed;
    expect(engine.journal.stored.at(-1)?.body.type).toBe("operation.cancelling");
    const next = fakeEngine({ workflows: [worldWorkflow(world)], before: engine });
    await next.operations.recover("resume");
    expect((await next.operations.get(id)).status).toBe("cancelled");
  });

  test("that was interrupted waits for the operator when the setting says so", async () => {
    const world = new World();
    const { engine, id } = await begin(world);
    const next = fakeEngine({ workflows: [worldWorkflow(world)], before: engine });
    const found = await next.operations.recover("wait");
    expect(found.map((operation) => operation.id)).toEqual([id]);
    await next.clock.sleep(60_000);
    expect((await next.operations.get(id)).status).toBe("paused");
  });
});

describe("destruction", () => {
  test("does not happen unless the operator typed the confirmation", async () => {
    const world = new World();
    const engine = fakeEngine({ workflows: [worldWorkflow(world)] });
    const cluster = worldCluster(2);
    const { id } = await engine.operations.start({
      workflow: "world",
      cluster,
      by: "operator",
      confirmation: "yes",
    });
    await untilEnd(engine, id);
    const errors = (await engine.operations.steps(id)).flatMap(({ error }) =>
      error === undefined ? [] : [error.code],
    );
    expect(errors).toEqual(["DESTRUCTION_NOT_CONFIRMED", "DESTRUCTION_NOT_CONFIRMED"]);
    expect([...world.done].filter((key) => key.startsWith("wipe"))).toEqual([]);
  });

  test("is synced to the disk before and after it happens", async () => {
    const world = new World();
    const { engine, id } = await begin(world);
    await untilEnd(engine, id);
    const wipes = engine.journal.stored.filter(
      ({ body }) =>
        "step" in body && body.step.phase === "wipe" && ["step.applying", "step.ended"].includes(body.type),
    );
    expect(wipes).toHaveLength(6);
    expect(wipes.map(({ seq }) => engine.journal.durability.get(seq))).toEqual(Array(6).fill("sync"));
  });
});

describe("a full disk", () => {
  test("holds the operation, says so, and lets it go on once there is space", async () => {
    const world = new World();
    const { engine, id } = await begin(world);
    const items: FeedItem[] = [];
    const reading = (async () => {
      for await (const item of engine.operations.feed({ operation: id }, new AbortController().signal))
        items.push(item);
    })();
    await seen(engine, ({ body }) => body.type === "step.ended");
    engine.journal.full = true;
    await engine.clock.sleep(20_000);
    const held = engine.journal.stored.length;
    await engine.clock.sleep(20_000);
    expect(engine.journal.stored.length).toBe(held);
    engine.journal.full = false;
    await reading;
    const live = items.flatMap((item) => (item.kind === "live" ? [item.live.type] : []));
    expect(live).toContain("operation.held");
    expect(live).toContain("operation.released");
    expect(ended(items)).toMatchObject({ outcome: "succeeded" });
  });
});

describe("two operations", () => {
  test("never work on the same cluster", async () => {
    const { engine, cluster } = await begin(new World());
    await expect(engine.operations.start({ workflow: "world", cluster, by: "other" })).rejects.toMatchObject({
      code: "OPERATION_UNDER_WAY",
    });
  });

  test("that are started in the same moment do not both find the ground free", async () => {
    const engine = fakeEngine({ workflows: [worldWorkflow(new World())] });
    const start = () =>
      engine.operations.start({ workflow: "world", cluster: worldCluster(2), by: "operator" });
    const results = await Promise.allSettled([start(), start()]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  });
});

describe("a plan", () => {
  test("says of every step whether it is satisfied, needed or cannot be known yet, and changes nothing", async () => {
    const world = new World();
    world.done.add("prepare@m1");
    const engine = fakeEngine({ workflows: [worldWorkflow(world)] });
    const plan = await engine.operations.plan(
      { workflow: "world", cluster: worldCluster(2) },
      new AbortController().signal,
    );
    const states = Object.fromEntries(
      plan.steps.map(({ step, state }) => [`${step.phase}@${step.machine}`, state]),
    );
    expect(states).toEqual({
      "connect@m1": "satisfied",
      "connect@m2": "satisfied",
      "prepare@m1": "satisfied",
      "prepare@m2": "needed",
      "wipe@m1": "needed",
      "wipe@m2": "blocked",
      "first@m1": "blocked",
      "join@m2": "blocked",
      "verify@@appliance": "blocked",
    });
    expect(plan.confirmation).toBe("world world");
    expect([...world.done]).toEqual(["prepare@m1"]);
    expect(engine.journal.stored).toEqual([]);
  });

  test("shows a machine that cannot be reached without hiding the others", async () => {
    const world = new World();
    world.faults.set("connect@m2", ["transient"]);
    const engine = fakeEngine({ workflows: [worldWorkflow(world)] });
    const plan = await engine.operations.plan(
      { workflow: "world", cluster: worldCluster(2) },
      new AbortController().signal,
    );
    expect(plan.summary).toEqual({ satisfied: 1, needed: 1, blocked: 6, failed: 1, destructive: 2 });
  });
});

describe("a feed", () => {
  test("resumed after a sequence number gives exactly what came later", async () => {
    const { engine, id } = await begin(new World());
    const all = await untilEnd(engine, id);
    const seqs = (items: readonly FeedItem[]) =>
      items.flatMap((item) => (item.kind === "event" ? [item.event.seq] : []));
    const middle = seqs(all)[10] ?? 0;
    expect(seqs(await untilEnd(engine, id, middle))).toEqual(seqs(all).filter((seq) => seq > middle));
  });

  test("of an operation that has ended ends at once", async () => {
    const { engine, id } = await begin(new World());
    await untilEnd(engine, id);
    expect(await untilEnd(engine, id, (await engine.operations.get(id)).lastSeq)).toEqual([]);
  });
});

describe("what an operation is about besides its spec", () => {
  test("a machine that its workflow names as departing has steps, and is reached by its old entry", async () => {
    const world = new World();
    const establishing = { ...worldWorkflow(world), id: "bootstrap" };
    const engine = fakeEngine({ workflows: [establishing, leaving] });
    const before = worldCluster(3);
    const { id } = await engine.operations.start({
      workflow: "bootstrap",
      cluster: before,
      by: "operator",
      confirmation: "bootstrap world",
    });
    await untilEnd(engine, id);

    const cluster = { ...before, machines: before.machines.slice(0, 2) };
    const left = await engine.operations.start({ workflow: "leaving", cluster, by: "operator" });
    await untilEnd(engine, left.id);
    const gone = before.machines[2];
    expect(left.parameters.departing?.map(({ name }) => name)).toEqual([gone?.name]);
    expect(await engine.operations.steps(left.id)).toMatchObject([
      { step: { phase: "machine.leave", machine: gone?.name }, output: { address: gone?.address } },
    ]);
  });

  test("a workflow that takes no parameters refuses them", async () => {
    const engine = fakeEngine({ workflows: [worldWorkflow(new World())] });
    const request = { workflow: "world", cluster: worldCluster(1), by: "operator" };
    await expect(
      engine.operations.start({ ...request, parameters: { snapshot: "s" } }),
    ).rejects.toMatchObject({ code: "USAGE", params: { problem: "world takes no snapshot" } });
    expect(await engine.operations.list()).toEqual([]);
  });
});
