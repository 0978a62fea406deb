import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { GRACE_MS, mustHold } from "./flow.ts";
import { PodObject, summaryOfPod } from "./pods.ts";
import { OutputRing } from "./ring.ts";

describe("the ring of latest output", () => {
  test("gives back the latest bytes at their positions, in whatever pieces they came", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90_000 }), { maxLength: 12 }), (lengths) => {
        const ring = new OutputRing(100_000);
        let at = 0;
        for (const length of lengths) {
          ring.append(Uint8Array.from({ length }, (_, index) => (at + index) % 251));
          at += length;
        }
        expect(ring.end).toBe(at);
        expect(ring.start).toBe(Math.max(0, at - 100_000));
        const kept = new Uint8Array(200_000);
        const length = ring.read(ring.start, kept);
        expect(length).toBe(ring.end - ring.start);
        for (let index = 0; index < length; index += 997) {
          if (kept[index] !== (ring.start + index) % 251) throw new Error(`wrong byte at ${index}`);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("begins after a line break once something was lost, and at its start before", () => {
    const ring = new OutputRing(100);
    ring.append(Buffer.from("first\n"));
    expect(ring.firstWhole()).toBe(0);
    ring.append(Buffer.from(`${"x".repeat(60)}\n${"y".repeat(60)}`));
    expect(ring.start).toBe(27);
    expect(ring.firstWhole()).toBe(67);
  });
});

describe("holding a program back", () => {
  const limits = { hold: 100, release: 50 };
  test("goes by the slowest who is there, with room between stopping and going on", () => {
    const watchers = [{ shown: 1000 }, { shown: 880 }];
    expect(mustHold({ end: 1000, holding: false, now: 0 }, watchers, limits)).toBe(true);
    expect(mustHold({ end: 970, holding: false, now: 0 }, watchers, limits)).toBe(false);
    expect(mustHold({ end: 970, holding: true, now: 0 }, watchers, limits)).toBe(true);
  });

  test("waits for whoever has just left, and not for ever", () => {
    const left = [{ shown: 0, leftAt: 1000 }];
    expect(mustHold({ end: 500, holding: true, now: 1000 + GRACE_MS - 1 }, left, limits)).toBe(true);
    expect(mustHold({ end: 500, holding: true, now: 1000 + GRACE_MS }, left, limits)).toBe(false);
  });
});

describe("a pod", () => {
  const pod = (spec: object): PodObject =>
    PodObject.parse({
      metadata: { name: "web-0", namespace: "shop" },
      spec: { containers: [{ name: "web" }], ...spec },
      status: { phase: "Running", containerStatuses: [{ name: "web", state: { running: {} } }] },
    });

  test.each([
    { hostPID: true },
    { hostNetwork: true },
    { hostIPC: true },
    { volumes: [{ hostPath: { path: "/" } }] },
    { containers: [{ name: "web", securityContext: { privileged: true } }] },
  ])("that reaches its machine by %j is guarded", (spec) => {
    expect(summaryOfPod(pod(spec)).guarded).toBe(true);
  });

  test("of the ordinary kind is not, and says which containers run", () => {
    expect(summaryOfPod(pod({ volumes: [{ emptyDir: {} }] }))).toMatchObject({
      guarded: false,
      containers: [{ name: "web", running: true }],
    });
  });
});
