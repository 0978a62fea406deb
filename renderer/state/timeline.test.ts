import { describe, expect, test } from "vitest";
import type { FeedItem } from "../../installer/contract/api/operations.ts";
import type { EventBody } from "../../installer/contract/operation.ts";
import { advance, emptyTimeline, failuresOf, isOver, laneState } from "./timeline.ts";

const text = { en: "x", "zh-CN": "某" };
const step = (machine: string, phase = "a.b") => ({ machine, phase });
const feed = (...bodies: readonly EventBody[]): FeedItem[] =>
  bodies.map((body, index) => ({
    kind: "event",
    event: { seq: index + 1, operation: "op-0000000000", at: 1000 + index * 10, body },
  }));
const error = { code: "INTERNAL", params: {} };

const failing = feed(
  { type: "operation.created", workflow: "check", by: "ada", steps: 2 },
  { type: "step.started", step: step("n1"), attempt: 1 },
  { type: "step.applying", step: step("n1"), why: text, effect: "changes" },
  { type: "step.waiting", step: step("n1"), text },
  { type: "step.said", step: step("n1"), text },
  { type: "step.ended", step: step("n1"), outcome: "failed", durationMs: 40, error },
  { type: "operation.ended", outcome: "failed", durationMs: 60, criticalPath: [], blocked: [] },
);

describe("the timeline of an operation", () => {
  test("is the same however its feed is cut, and when parts of it come twice", () => {
    const whole = advance(emptyTimeline, failing);
    for (let cut = 1; cut < failing.length; cut++) {
      const first = advance(emptyTimeline, failing.slice(0, cut));
      expect(advance(first, failing.slice(cut - 1))).toEqual(whole);
    }
    expect(isOver(whole)).toBe(true);
    expect(failuresOf(whole)).toMatchObject([{ step: step("n1"), error }]);
  });

  test("shows a step as waiting until it says something again", () => {
    const waiting = advance(emptyTimeline, failing.slice(0, 4)).lanes.get("n1")?.blocks[0];
    expect(waiting).toMatchObject({ state: "waiting", waiting: text });
    const awake = advance(emptyTimeline, failing.slice(0, 5)).lanes.get("n1")?.blocks[0];
    expect(awake).toMatchObject({ state: "applying", lines: [{ text }, { text }] });
    expect(awake).not.toHaveProperty("waiting");
  });

  test("counts a step that runs again as not done, and keeps what it said", () => {
    const again = feed(
      ...failing.map((item) => (item.kind === "event" ? item.event.body : never())),
      { type: "operation.resumed", decision: { by: "ada", why: "" } },
      { type: "step.started", step: step("n1"), attempt: 1 },
    );
    const timeline = advance(emptyTimeline, again);
    expect(timeline).toMatchObject({ status: "running", done: 0 });
    expect(timeline.lanes.get("n1")?.blocks).toMatchObject([
      { state: "probing", lines: [{ text }, { text }] },
    ]);
    expect(advance(emptyTimeline, failing).done).toBe(1);
  });

  test("does not change what it was made from", () => {
    const before = advance(emptyTimeline, failing.slice(0, 2));
    const copy = structuredClone(before);
    advance(before, failing.slice(2));
    expect(before).toEqual(copy);
  });

  test("takes progress of a running step, and forgets it with its end", () => {
    const live: FeedItem = {
      kind: "live",
      live: {
        type: "step.progress",
        operation: "op-0000000000",
        step: step("n1"),
        done: 1,
        total: 4,
        unit: "items",
      },
    };
    const during = advance(emptyTimeline, [...failing.slice(0, 2), live]);
    expect(during.lanes.get("n1")?.blocks[0]?.progress).toEqual({ done: 1, total: 4, unit: "items" });
    expect(advance(during, failing.slice(2)).lanes.get("n1")?.blocks[0]).not.toHaveProperty("progress");
  });

  test("names a lane by the worst that happens on it", () => {
    const timeline = advance(
      emptyTimeline,
      feed(
        { type: "step.ended", step: step("n1", "a.a"), outcome: "satisfied", durationMs: 1 },
        { type: "step.ended", step: step("n1", "a.b"), outcome: "failed", durationMs: 1, error },
      ),
    );
    expect([...timeline.lanes.values()].map(laneState)).toEqual(["failed"]);
  });
});

const never = (): never => {
  throw new Error("no live item here");
};
