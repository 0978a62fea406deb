import { describe, expect, test } from "vitest";
import { ClusterSpec } from "../contract/spec/cluster.ts";
import { sharedGround, takeover, takeoverRules } from "./takeover.ts";

const cluster = (name: string, ...addresses: string[]): ClusterSpec =>
  ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name,
    machines: addresses.map((address, index) => ({ name: `m${index}`, address })),
  });

describe("takeover", () => {
  test("forgetting machines takes over a check of them", () => {
    expect(takeover("check", "forget")).toBe("replace");
  });

  test("a check takes over nothing", () => {
    expect(takeover("check", "check")).toBe("refuse");
    expect(takeover("forget", "check")).toBe("refuse");
  });

  test("a workflow that the table does not name is refused", () => {
    expect(takeover("check", "unheard-of")).toBe("refuse");
  });

  test("the table answers for every pair of its workflows", () => {
    const names = Object.keys(takeoverRules);
    for (const running of names) expect(Object.keys(takeoverRules[running] ?? {})).toEqual(names);
  });
});

describe("shared ground", () => {
  test("two operations on the same cluster share it", () => {
    expect(sharedGround(cluster("one", "10.0.0.1"), cluster("one", "10.0.0.9"))).toBe("one");
  });

  test("clusters that name the same machine share that machine", () => {
    expect(sharedGround(cluster("one", "10.0.0.1", "10.0.0.2"), cluster("two", "10.0.0.2"))).toBe("m0");
  });

  test("clusters with machines of their own share nothing", () => {
    expect(sharedGround(cluster("one", "10.0.0.1"), cluster("two", "10.0.0.2"))).toBeUndefined();
  });
});
