import { globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ClusterSpec } from "../contract/spec/cluster.ts";
import { buildGraph, needsOf } from "../core/graph.ts";
import type { AnyPhase } from "../core/phase.ts";
import { workflows } from "../workflows/index.ts";

const folder = new URL(".", import.meta.url).pathname;

const isPhase = (value: unknown): value is AnyPhase =>
  typeof value === "object" && value !== null && "probe" in value && "on" in value && "id" in value;

const modules = await Promise.all(
  globSync("*/*.ts", { cwd: folder })
    .filter((file) => !file.endsWith(".test.ts"))
    .toSorted()
    .map(async (file) => ({
      file,
      phases: Object.values(
        (await import(/* @vite-ignore */ new URL(file, import.meta.url).href)) as Record<string, unknown>,
      ).filter(isPhase),
    })),
);

const phases = modules.flatMap((entry) => entry.phases);

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "prod",
  machines: [
    { name: "m1", address: "10.0.0.1", roles: ["control-plane"] },
    { name: "m2", address: "10.0.0.2" },
  ],
});

describe("phases", () => {
  test("were found", () => expect(phases.length).toBeGreaterThanOrEqual(10));

  test("stand one to a file, whose path is the id", () => {
    const found = modules.filter((entry) => entry.phases.length > 0);
    expect(found.map((entry) => entry.phases.map(({ id }) => id))).toEqual(
      found.map(({ file }) => [file.replace(/\.ts$/, "").replaceAll("/", ".")]),
    );
  });

  test("have unique ids", () => {
    expect(new Set(phases.map(({ id }) => id)).size).toBe(phases.length);
  });

  test.each(phases.map((phase) => [phase.id, phase] as const))(
    "%s has titles, a time-out and an effect",
    (_, phase) => {
      expect(phase.title.en).toMatch(/[A-Za-z]/);
      expect(phase.title["zh-CN"]).toMatch(/[\u4e00-\u9fff]/);
      expect(phase.timeoutMs).toBeGreaterThan(0);
      expect("apply" in phase).toBe(phase.effect !== "reads");
    },
  );

  test("belong to a workflow each", () => {
    const used = new Set(workflows.flatMap((workflow) => workflow.phases.map(({ id }) => id)));
    expect(phases.map(({ id }) => id).filter((id) => !used.has(id))).toEqual([]);
  });
});

describe.each(workflows.map((workflow) => [workflow.id, workflow] as const))("workflow %s", (_, workflow) => {
  test("lists every phase after those it needs, and can be laid out over machines", () => {
    const listed = new Set<AnyPhase>();
    for (const phase of workflow.phases) {
      const counting = needsOf(phase).filter(
        ({ optional, phase: needed }) => !optional || workflow.phases.includes(needed),
      );
      expect(counting.filter((need) => !listed.has(need.phase))).toEqual([]);
      listed.add(phase);
    }
    expect(buildGraph(workflow, cluster).steps.size).toBeGreaterThan(0);
  });

  test("has a title in both languages", () => {
    expect(workflow.title.en).toMatch(/[A-Za-z]/);
    expect(workflow.title["zh-CN"]).toMatch(/[\u4e00-\u9fff]/);
  });
});
