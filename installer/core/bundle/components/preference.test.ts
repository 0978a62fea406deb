import { describe, expect, test } from "vitest";
import type { Source } from "../../../contract/bundle/sources.ts";
import { estimate } from "./estimate.ts";
import { fileSourcesOf, orderSources } from "./preference.ts";

const go: Source = { kind: "go", group: "x", binaries: ["x"] };
const oci: Source = { kind: "oci", reference: "a/b:c" };
const url: Source = { kind: "url", url: "https://example.org/x", mode: "0755" };

describe("the order of sources", () => {
  test("is the recipe's own unless something is preferred", () => {
    expect(orderSources([go, oci], undefined)).toEqual([go, oci]);
  });

  test("puts what upstream publishes first when that is preferred, and loses nothing", () => {
    expect(orderSources([go, oci, url], "upstream")).toEqual([oci, url, go]);
    expect(orderSources([url, go], "source")).toEqual([go, url]);
  });

  test("of an image reaches into its layers", () => {
    const shape = { exclude: [], links: {}, folders: {}, concat: {}, capabilities: {} };
    expect(fileSourcesOf({ kind: "build", layers: [{ from: go, ...shape }, shape] })).toEqual([go]);
  });
});

describe("an estimate", () => {
  test("adds up what is to be done and nothing for what is cached", () => {
    const costs = [{ cpuSeconds: 90, downloadBytes: 10e6, diskBytes: 5 }];
    expect(estimate({ costs, cores: 2, cached: 3, toBuild: 1 })).toEqual({
      seconds: 51,
      downloadBytes: 10e6,
      diskBytes: 5,
      cached: 3,
      toBuild: 1,
    });
    expect(estimate({ costs: [], cores: 2, cached: 4, toBuild: 0 }).seconds).toBe(0);
  });
});
