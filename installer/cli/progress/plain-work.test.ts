import { describe, expect, test } from "vitest";
import { PlainPace, type WorkState } from "./plain-work.ts";

const state = (done: number, unit: "bytes" | "items" = "items", ...details: string[]): WorkState => ({
  progress: { stage: unit === "items" ? "build" : "import", done, total: 3, unit },
  details,
});

describe("a log of long work", () => {
  test("gets a line at the beginning and at the end, and no second end", () => {
    const pace = new PlainPace();
    expect(pace.update(state(0), 0)).toEqual(state(0));
    expect(pace.update(state(1), 1_000)).toBeUndefined();
    expect(pace.update(state(3), 2_000)).toEqual(state(3));
    expect(pace.update(state(3), 60_000)).toBeUndefined();
    expect(pace.tick(60_000)).toBeUndefined();
  });

  test("is not silent for half a minute while a compiler is, and tells the compiler's last line", () => {
    const pace = new PlainPace();
    pace.update(state(0), 0);
    expect(pace.update(state(0, "items", "kubelet: [3] a/b"), 4_000)).toBeUndefined();
    expect(pace.tick(19_999)).toBeUndefined();
    expect(pace.tick(20_000)?.details).toEqual(["kubelet: [3] a/b"]);
    expect(pace.tick(21_000)).toBeUndefined();
    expect(pace.tick(40_000)?.details).toEqual(["kubelet: [3] a/b"]);
  });

  test("gets bytes more often, and each stage for itself", () => {
    const pace = new PlainPace();
    pace.update(state(0), 0);
    expect(pace.update(state(0, "bytes"), 100)).toBeDefined();
    expect(pace.update(state(1, "bytes"), 5_099)).toBeUndefined();
    expect(pace.update(state(2, "bytes"), 5_100)).toBeDefined();
  });
});
