import { describe, expect, test } from "vitest";
import type { StoredBundle } from "../core/ports/bundle.ts";
import { pickBundle } from "./bundle.ts";

const stored = (version: string, digit: string): StoredBundle => {
  const index = `sha256:${digit.repeat(64)}` as const;
  return { record: { index, name: "slipway", version } } as StoredBundle;
};
const bundles = [stored("1.36.4", "a"), stored("1.37.9", "b"), stored("1.37.10", "c")];
const picked = (reference: string, from = bundles): string => pickBundle(from, reference).record.version;

describe("a bundle is named", () => {
  test("by its version, and two patch releases are told apart", () => {
    expect(picked("slipway:1.37.9")).toBe("1.37.9");
    expect(picked("slipway:1.37.10")).toBe("1.37.10");
  });

  test("by its series, which stands for the newest version of it", () => {
    expect([picked("slipway:1.37"), picked("slipway:1.36")]).toEqual(["1.37.10", "1.36.4"]);
  });

  test("by the first digits of its digest", () => {
    expect(picked("bbbbbb")).toBe("1.37.9");
  });

  test("by its name only while there is one", () => {
    expect(picked("slipway", [stored("1.36.4", "a")])).toBe("1.36.4");
    expect(() => picked("slipway")).toThrow(expect.objectContaining({ code: "BUNDLE_AMBIGUOUS" }));
  });

  test("not by a version that two builds share, nor by one that only begins alike", () => {
    const twice = [...bundles, stored("1.37.10", "d")];
    expect(() => picked("slipway:1.37", twice)).toThrow(
      expect.objectContaining({ code: "BUNDLE_AMBIGUOUS" }),
    );
    expect(() => picked("slipway:1.3")).toThrow(expect.objectContaining({ code: "BUNDLE_NOT_FOUND" }));
  });
});
