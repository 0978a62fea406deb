import { expect, test } from "vitest";
import { namesVersion, newestVersion } from "./reference.ts";

test("a version is named by itself and by its series, and by nothing that only begins like it", () => {
  expect(["1.37.1", "1.37", "1"].map((written) => namesVersion(written, "1.37.1"))).toEqual([
    true,
    true,
    true,
  ]);
  expect(["1.37.10", "1.3", "1.36", ""].map((written) => namesVersion(written, "1.37.1"))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test("versions are ordered by their numbers and not by their letters", () => {
  expect(newestVersion(["1.37.9", "1.37.10", "1.9.11"])).toBe("1.37.10");
  expect(newestVersion([])).toBeUndefined();
});
