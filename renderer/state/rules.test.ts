import { describe, expect, test } from "vitest";
import type { Operation } from "../../installer/contract/api/operations.ts";
import { attentionOf, newestBySpec } from "./attention.ts";
import { formatBytes, formatDuration } from "./format.ts";
import { chooseLanguage, inLanguage } from "./language.ts";
import { may } from "./permission.ts";
import { planByMachine } from "./plan.ts";
import { describe as described, kindOf, placeholderOf } from "./schema.ts";

describe("what a page offers", () => {
  const grants = { site: "viewer" as const, clusters: { a: "operator" as const } };

  test("follows the greater of the roles for the site and for the cluster", () => {
    expect(may({ grants }, "viewer")).toBe(true);
    expect(may({ grants }, "operator")).toBe(false);
    expect(may({ grants }, "operator", "a")).toBe(true);
    expect(may({ grants }, "administrator", "a")).toBe(false);
    expect(may({ grants: { clusters: {} } }, "viewer", "a")).toBe(false);
  });
});

describe("the language", () => {
  test("is the one chosen before, else the browser's first that there is, else English", () => {
    expect(chooseLanguage("en", ["zh-CN"])).toBe("en");
    expect(chooseLanguage(null, ["fr", "zh-Hans-CN", "en"])).toBe("zh-CN");
    expect(chooseLanguage("fr", ["en-GB", "zh"])).toBe("en");
    expect(chooseLanguage(null, [])).toBe("en");
    expect(inLanguage({ en: "a", "zh-CN": "甲" }, "zh-CN")).toBe("甲");
  });
});

describe("numbers", () => {
  test("of bytes have three digits and binary units", () => {
    expect([0, 1023, 1024, 1_500_000, 2 ** 40].map(formatBytes)).toEqual([
      "0 B",
      "1023 B",
      "1.00 KiB",
      "1.43 MiB",
      "1.00 TiB",
    ]);
  });

  test("of time have their two largest units", () => {
    expect([0, 999, 12_400, 200_000, 7_500_000, 200_000_000].map(formatDuration)).toEqual([
      "0 ms",
      "999 ms",
      "12.4 s",
      "3 min 20 s",
      "2 h 5 min",
      "2 d 7 h",
    ]);
  });
});

describe("what needs attention", () => {
  const operation = (part: Partial<Operation>): Operation => ({
    id: "op-0000000000",
    workflow: "check",
    cluster: "a",
    machines: [],
    parameters: {},
    by: "ada",
    steps: 1,
    status: "failed",
    createdAt: 1,
    lastSeq: 1,
    ...part,
  });

  test("is what failed or waits, and not a failure that a later run has made good", () => {
    const all = [
      operation({ id: "op-1", createdAt: 1 }),
      operation({ id: "op-2", createdAt: 2, status: "succeeded" }),
      operation({ id: "op-3", createdAt: 3, cluster: "b", status: "running" }),
      operation({ id: "op-4", createdAt: 4, cluster: "c", status: "paused" }),
      operation({ id: "op-5", createdAt: 5, cluster: "d" }),
    ];
    expect(attentionOf(newestBySpec(all)).map(({ id }) => id)).toEqual(["op-5", "op-4", "op-3"]);
  });
});

describe("a plan", () => {
  test("shows machines that lose something first", () => {
    const step = (machine: string, effect: "reads" | "destroys", state: "needed" | "satisfied") => ({
      step: { phase: "a.b", machine },
      title: { en: "x", "zh-CN": "某" },
      effect,
      state,
    });
    const steps = [
      step("n10", "reads", "needed"),
      step("n2", "reads", "needed"),
      step("n9", "destroys", "needed"),
    ];
    expect(planByMachine({ steps }).map(({ machine, destructive }) => [machine, destructive])).toEqual([
      ["n9", 1],
      ["n2", 0],
      ["n10", 0],
    ]);
    expect(planByMachine({ steps: [step("n1", "destroys", "satisfied")] })[0]?.destructive).toBe(0);
  });
});

describe("a field of the form", () => {
  test("is of the kind that its schema asks for", () => {
    const list = { type: "array", items: { type: "object", properties: { address: { type: "string" } } } };
    expect(
      [
        { type: "string" },
        { type: "string", enum: ["a"] },
        { type: "string", const: "a" },
        { type: "integer" },
        { type: "boolean" },
        { type: "object", properties: {} },
        { type: "object" },
        list,
        { type: "array", items: { enum: ["a"] } },
        {},
      ].map(kindOf),
    ).toEqual(["text", "choice", "fixed", "number", "switch", "section", "yaml", "list", "words", "yaml"]);
  });

  test("is described in one language, and shows its default when it is empty", () => {
    const schema = { description: "Port / 端口", "x-description-zh": "端口", default: 22, examples: [23] };
    expect([described(schema, "en"), described(schema, "zh-CN")]).toEqual(["Port", "端口"]);
    expect([
      placeholderOf(schema),
      placeholderOf({ examples: ["x"] }),
      placeholderOf({ default: {} }),
    ]).toEqual(["22", "x", ""]);
  });
});
