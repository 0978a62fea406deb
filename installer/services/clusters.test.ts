import { describe, expect, test } from "vitest";
import type { OperationStatus } from "../core/contract.ts";
import type { OperationRecord } from "../core/ports/journal.ts";
import { sampleOperation } from "../../test/support/journal-samples.ts";
import { clusterOf } from "./clusters.ts";

const ran = (n: number, workflow: string, status: OperationStatus): OperationRecord => ({
  ...sampleOperation(n),
  workflow,
  status,
  createdAt: n,
  endedAt: n,
  lastSeq: n,
});

describe("what a cluster is by its operations", () => {
  test("the newest apply that ended well gives its spec, whatever failed after it", () => {
    const found = clusterOf([
      ran(3, "bootstrap", "failed"),
      ran(2, "bootstrap", "succeeded"),
      ran(1, "bootstrap", "succeeded"),
    ]);
    expect(found).toMatchObject({ state: "applied", operation: ran(2, "", "failed").id });
  });

  test("an apply that never ended well is an attempt", () => {
    expect(clusterOf([ran(1, "bootstrap", "failed")])).toMatchObject({ state: "attempted" });
  });

  test("a check makes no cluster", () => {
    expect(clusterOf([ran(1, "check", "succeeded")])).toBeUndefined();
  });

  test("a reset ends a cluster, and what is applied after it is a new one", () => {
    const before = [ran(2, "reset", "succeeded"), ran(1, "bootstrap", "succeeded")];
    expect(clusterOf(before)).toBeUndefined();
    expect(clusterOf([ran(3, "bootstrap", "running"), ...before])).toMatchObject({ state: "attempted" });
  });
});
