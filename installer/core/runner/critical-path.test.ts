import { expect, test } from "vitest";
import { criticalPath, type StepTiming } from "./critical-path.ts";

const timing = (
  phase: string,
  [startedMs, endedMs]: readonly [number, number],
  gate?: string,
): [string, StepTiming] => [
  `${phase}@a`,
  { step: { phase, machine: "a" }, startedMs, endedMs, gate: gate === undefined ? undefined : `${gate}@a` },
];

test("the critical path is the chain of steps that the last one waited for", () => {
  const path = criticalPath(
    new Map([
      timing("connect", [0, 100]),
      timing("quick", [100, 120], "connect"),
      timing("slow", [100, 900], "connect"),
      timing("last", [950, 1000], "slow"),
    ]),
  );
  expect(path.map(({ step, waitedMs, ranMs }) => [step.phase, waitedMs, ranMs])).toEqual([
    ["connect", 0, 100],
    ["slow", 0, 800],
    ["last", 50, 50],
  ]);
});

test("an operation without steps has no critical path", () => {
  expect(criticalPath(new Map())).toEqual([]);
});
