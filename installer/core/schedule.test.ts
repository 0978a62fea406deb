import * as z from "zod";
import { describe, expect, test } from "vitest";
import { text } from "../contract/text.ts";
import { ClusterSpec } from "../contract/spec/cluster.ts";
import { buildGraph, WorkflowInvalid } from "./graph.ts";
import {
  anyMachine,
  definePhase,
  everyMachine,
  type AnyPhase,
  type Limit,
  type Needs,
  whereItRuns,
} from "./phase.ts";
import { Schedule } from "./schedule.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "test",
  machines: ["a", "b", "c"].map((name, index) => ({ name, address: `10.0.0.${index + 1}` })),
});

const phase = (
  id: string,
  needs: Needs = {},
  options: { on?: readonly string[]; limit?: Limit } = {},
): AnyPhase =>
  definePhase({
    id,
    title: text(id, id),
    needs,
    output: z.string(),
    effect: "reads",
    timeoutMs: 1000,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    on: () => options.on ?? ["a", "b", "c"],
    probe: async () => ({ state: "satisfied", output: id }),
  });

const scheduleOf = (...phases: AnyPhase[]): Schedule =>
  new Schedule(buildGraph({ id: "w", title: text("w", "w"), phases }, cluster));

const takeAll = (schedule: Schedule): string[] => {
  const taken: string[] = [];
  for (let step = schedule.take(); step !== undefined; step = schedule.take()) taken.push(step.key);
  return taken;
};

describe("what may start", () => {
  const first = phase("first");

  test("a machine goes on as soon as its own need is met", () => {
    const schedule = scheduleOf(first, phase("second", { first }));
    expect(takeAll(schedule)).toEqual(["first@a", "first@b", "first@c"]);
    schedule.succeed("first@b", "done");
    expect(takeAll(schedule)).toEqual(["second@b"]);
  });

  test("a need that counts where it runs holds those machines only, and no workflow without it", () => {
    const some = phase("some", {}, { on: ["b"] });
    const next = phase("next", { some: whereItRuns(some) });
    const schedule = scheduleOf(some, next);
    expect(takeAll(schedule)).toEqual(["some@b", "next@a", "next@c"]);
    schedule.succeed("some@b", "found");
    const [freed] = [schedule.take()];
    expect(freed?.key).toBe("next@b");
    expect(freed === undefined ? undefined : schedule.resultsFor(freed)).toEqual({ some: "found" });
    expect(takeAll(scheduleOf(next))).toEqual(["next@a", "next@b", "next@c"]);
  });

  test("a step that needs every machine waits for the slowest one", () => {
    const schedule = scheduleOf(first, phase("all", { first: everyMachine(first) }));
    takeAll(schedule);
    schedule.succeed("first@a", 1);
    schedule.succeed("first@b", 2);
    expect(takeAll(schedule)).toEqual([]);
    schedule.succeed("first@c", 3);
    expect(takeAll(schedule)).toEqual(["all@a", "all@b", "all@c"]);
    expect(schedule.gate("all@a")).toBe("first@c");
  });

  test("a step that needs any machine starts behind the first one", () => {
    const schedule = scheduleOf(first, phase("any", { first: anyMachine(first) }));
    takeAll(schedule);
    schedule.stop("first@a");
    expect(takeAll(schedule)).toEqual([]);
    schedule.succeed("first@c", 3);
    expect(takeAll(schedule)).toEqual(["any@a", "any@b", "any@c"]);
  });

  test("a limit lets only so many steps inside at once", () => {
    const schedule = scheduleOf(phase("learner", {}, { limit: { key: "etcd-learner", max: 1 } }));
    expect(takeAll(schedule)).toEqual(["learner@a"]);
    schedule.stop("learner@a");
    expect(takeAll(schedule)).toEqual(["learner@b"]);
    schedule.succeed("learner@b", 1);
    expect(takeAll(schedule)).toEqual(["learner@c"]);
  });

  test("a full limit does not hold back the phases behind it", () => {
    const schedule = scheduleOf(phase("narrow", {}, { limit: { key: "k", max: 1 } }), phase("wide"));
    expect(takeAll(schedule)).toEqual(["narrow@a", "wide@a", "wide@b", "wide@c"]);
  });
});

describe("what a step gets from its needs", () => {
  test("the output of its own machine, or those of all machines by name", () => {
    const first = phase("first");
    const second = phase("second", { own: first, all: everyMachine(first) });
    const graph = buildGraph({ id: "w", title: text("w", "w"), phases: [first, second] }, cluster);
    const schedule = new Schedule(graph);
    for (const name of ["a", "b", "c"]) schedule.succeed(`first@${name}`, name.toUpperCase());
    const step = graph.steps.get("second@b");
    expect(step && schedule.resultsFor(step)).toEqual({
      own: "B",
      all: new Map([
        ["a", "A"],
        ["b", "B"],
        ["c", "C"],
      ]),
    });
  });
});

describe("what is left out", () => {
  const first = phase("first");
  const second = phase("second", { first });
  const all = phase("all", { second: everyMachine(second) }, { on: ["a"] });

  test("a skipped step takes along what needs its result, and every-machine needs go on without it", () => {
    const schedule = scheduleOf(first, second, all);
    expect(schedule.skip("first@b").map(({ key }) => key)).toEqual(["first@b", "second@b"]);
    for (const name of ["a", "c"]) {
      schedule.succeed(`first@${name}`, 1);
      schedule.succeed(`second@${name}`, name);
    }
    expect(schedule.state("all@a")).toBe("ready");
  });

  test("a stopped step can be reopened and then starts again", () => {
    const schedule = scheduleOf(first);
    takeAll(schedule);
    schedule.stop("first@a");
    expect(takeAll(schedule)).toEqual([]);
    schedule.reopen("first@a");
    expect(takeAll(schedule)).toEqual(["first@a"]);
  });

  test("a withdrawn result disappears from what others are given", () => {
    const graph = buildGraph({ id: "w", title: text("w", "w"), phases: [first, second, all] }, cluster);
    const schedule = new Schedule(graph);
    for (const name of ["a", "b", "c"]) {
      schedule.succeed(`first@${name}`, 1);
      schedule.succeed(`second@${name}`, name);
    }
    expect(schedule.withdraw("second@b")).toBe(true);
    const step = graph.steps.get("all@a");
    expect(step && schedule.resultsFor(step)["second"]).toEqual(
      new Map([
        ["a", "a"],
        ["c", "c"],
      ]),
    );
  });
});

describe("what a graph refuses", () => {
  const first = phase("first", {}, { on: ["a"] });

  test("a phase that stands before the one it needs", () => {
    expect(() => scheduleOf(phase("second", { first }), first)).toThrow(WorkflowInvalid);
  });

  test("a need on the same machine where the needed phase does not run", () => {
    expect(() => scheduleOf(first, phase("second", { first }))).toThrow(/does not run on b/);
  });

  test("a phase listed twice", () => {
    expect(() => scheduleOf(first, first)).toThrow(/twice/);
  });
});
