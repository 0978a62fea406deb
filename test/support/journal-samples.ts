import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { ClusterSpec } from "../../installer/contract/spec/cluster.ts";
import { SlipwayError, text, toWire, type EventBody } from "../../installer/core/contract.ts";
import type { NewOperation } from "../../installer/core/ports/journal.ts";

// In memory where there is such a place: a unit test proves logic, not disks.
const base = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A folder that is gone when the test is over (`using`). */
export const temporaryFolder = (): Disposable & { readonly path: string } => {
  const path = mkdtempSync(join(base, "slipway-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};

/** Operation number `n` of a test, on cluster "site-a" unless told. */
export const sampleOperation = (n: number, cluster = "site-a"): NewOperation => ({
  id: `op-${String(n).padStart(10, "0")}`,
  workflow: "inventory",
  cluster: ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: cluster,
    machines: [{ name: "m1", address: "192.0.2.1" }],
  }),
  parameters: {},
  by: "operator",
  confirmed: [],
  steps: 2,
});

const error = toWire(SlipwayError.of("INTERNAL", { problem: "sample" }));
const line = text("a line", "一行");
const decision = { by: "operator", why: "because" };

/** Any event that `append` takes, about a handful of steps, so that histories of the same step meet. */
export const anyEvent: fc.Arbitrary<EventBody> = fc
  .record({
    kind: fc.constantFrom(
      "operation.resumed",
      "operation.paused",
      "operation.cancelling",
      "operation.ended",
      "step.started",
      "step.applying",
      "step.said",
      "step.waiting",
      "step.retrying",
      "step.ended",
    ),
    phase: fc.constantFrom("machine.connect", "machine.facts"),
    machine: fc.constantFrom("m1", "m2", "@appliance"),
    attempt: fc.integer({ min: 1, max: 5 }),
    outcome: fc.constantFrom("satisfied", "applied", "failed", "skipped", "cancelled"),
    ending: fc.constantFrom("succeeded", "failed", "cancelled"),
    output: fc.option(fc.jsonValue({ maxDepth: 1 }), { nil: undefined }),
  })
  .map(({ kind, phase, machine, attempt, outcome, ending, output }): EventBody => {
    const step = { phase, machine };
    switch (kind) {
      case "operation.resumed":
      case "operation.paused":
      case "operation.cancelling":
        return { type: kind, decision };
      case "operation.ended":
        return { type: kind, outcome: ending, durationMs: attempt, criticalPath: [], blocked: [] };
      case "step.started":
        return { type: kind, step, attempt };
      case "step.applying":
        return { type: kind, step, why: line, effect: "changes" };
      case "step.said":
      case "step.waiting":
        return { type: kind, step, text: line };
      case "step.retrying":
        return { type: kind, step, attempt, delayMs: 10, error };
      case "step.ended":
        return {
          type: kind,
          step,
          outcome,
          durationMs: attempt,
          ...(output === undefined ? {} : { output: JSON.parse(JSON.stringify(output)) as unknown }),
          ...(outcome === "failed" ? { error } : {}),
        };
    }
  });
