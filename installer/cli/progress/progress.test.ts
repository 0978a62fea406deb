import { describe, expect, test } from "vitest";
import type { FeedItem, Operation } from "../../contract/api/operations.ts";
import type { EventBody } from "../../contract/operation.ts";
import { text, type Localized } from "../../contract/text.ts";
import { plain } from "../output/paint.ts";
import { displayWidth } from "../output/width.ts";
import { frameLines } from "./frame.ts";
import { plainLine } from "./plain.ts";
import { initialState, reduceProgress, type ProgressState } from "./state.ts";
import { exitCodeOf, summaryLines } from "./summary.ts";
import { wordsWith, type Words } from "./words.ts";

const titles: Words["titles"] = new Map<string, Localized>([
  ["machine.connect", text("Log in over SSH", "通过 SSH 登录")],
  ["machine.inventory", text("Take inventory", "采集资产信息")],
]);
const command = (rest: string): string => `slipway --lab demo ${rest}`;
const english = wordsWith({ language: "en", command }, titles);
const chinese = wordsWith({ language: "zh-CN", command }, titles);
const operation: Operation = {
  id: "op-0000000001",
  workflow: "check",
  cluster: "site-a",
  machines: ["n1", "n2", "n3"],
  parameters: {},
  by: "alice",
  steps: 6,
  status: "running",
  createdAt: 1_000_000,
  lastSeq: 1,
};
const refused = {
  code: "HOST_UNREACHABLE",
  params: { endpoint: "10.0.0.2:22", reason: "timeout" },
  machine: "n2",
};

let seq = 0;
const event = (at: number, body: EventBody): FeedItem => ({
  kind: "event",
  event: { seq: ++seq, operation: operation.id, at: operation.createdAt + at, body },
});
const on = (machine: string, phase = "machine.connect"): { phase: string; machine: string } => ({
  phase,
  machine,
});
const stateAfter = (...items: FeedItem[]): ProgressState =>
  items.reduce(reduceProgress, initialState(operation.steps, operation.createdAt));

const halfWay: FeedItem[] = [
  event(0, { type: "operation.created", workflow: "check", by: "alice", steps: 6 }),
  event(10, { type: "step.started", step: on("n1"), attempt: 1 }),
  event(10, { type: "step.started", step: on("n2"), attempt: 1 }),
  event(10, { type: "step.started", step: on("n3"), attempt: 1 }),
  event(500, { type: "step.ended", step: on("n1"), outcome: "satisfied", durationMs: 490 }),
  event(510, { type: "step.started", step: on("n1", "machine.inventory"), attempt: 1 }),
  event(900, { type: "step.waiting", step: on("n3"), text: text("the machine to boot", "机器启动") }),
  event(5000, { type: "step.ended", step: on("n2"), outcome: "failed", durationMs: 4990, error: refused }),
];
const frame = (
  items: readonly FeedItem[],
  changes: Partial<Parameters<typeof frameLines>[1]> = {},
): readonly string[] =>
  frameLines(stateAfter(...items), {
    operation,
    words: english,
    paint: plain,
    now: operation.createdAt + 6000,
    width: 100,
    height: 24,
    ...changes,
  });

describe("the live display", () => {
  test("shows totals, failed machines first, then what each machine does and waits for", () => {
    expect(frame(halfWay)).toEqual([
      "op-0000000001 check site-a  2/6 steps  1 failed  6.0s",
      expect.stringMatching(/^n2 {8}Log in over SSH: HOST_UNREACHABLE: /),
      "n1  5.5s  Take inventory",
      "n3  6.0s  Log in over SSH  waits: the machine to boot",
    ]);
  });

  test("speaks Chinese, counts wide characters as two columns and never wraps", () => {
    const lines = frame(halfWay, { words: chinese, width: 40 });
    expect(lines[2]).toBe("n1  5.5s  采集资产信息");
    for (const line of lines) expect(displayWidth(line)).toBeLessThan(40);
  });

  test("fits the window: with many machines only some are shown and the rest is counted", () => {
    const machines = Array.from({ length: 200 }, (_, index) => `n${index + 1}`);
    const items = machines
      .slice(0, 50)
      .map((machine) => event(10, { type: "step.started", step: on(machine), attempt: 1 }));
    const lines = frame(items, { operation: { ...operation, machines }, height: 10 });
    expect(lines.length).toBeLessThan(10);
    expect(lines.at(-1)).toBe("194 more: 150 waiting or done");
  });

  test("shows how far an upload is, and forgets it when the step ends", () => {
    const upload: FeedItem = {
      kind: "live",
      live: {
        type: "step.progress",
        operation: operation.id,
        step: on("n3"),
        done: 512 * 1024,
        total: 1024 * 1024,
        unit: "bytes",
      },
    };
    expect(frame([...halfWay, upload]).at(-1)).toContain("512.0 KiB/1.0 MiB 50%");
  });

  test("says why everything is held, until it is released", () => {
    const held: FeedItem = {
      kind: "live",
      live: {
        type: "operation.held",
        operation: operation.id,
        error: { code: "JOURNAL_FULL", params: { file: "/data/journal.db" } },
      },
    };
    const released: FeedItem = {
      kind: "live",
      live: { type: "operation.released", operation: operation.id },
    };
    expect(frame([...halfWay, held])[1]).toMatch(/^held: JOURNAL_FULL: /);
    expect(frame([...halfWay, held, released])[1]).not.toContain("JOURNAL_FULL");
  });
});

const ended = event(7000, {
  type: "operation.ended",
  outcome: "failed",
  durationMs: 7000,
  criticalPath: [],
  blocked: [{ step: on("n2", "machine.inventory"), by: [on("n2")] }],
});

describe("the summary", () => {
  test("names each failed step with its code, what to do, and the command that goes on", () => {
    const state = stateAfter(...halfWay, ended);
    const lines = summaryLines(state, { operation, words: english, paint: plain });
    expect(lines[0]).toBe("n2: Log in over SSH failed: HOST_UNREACHABLE");
    expect(lines).toContain("1 step(s) never ran because of it");
    expect(lines).toContain("op-0000000001 failed after 7.0s");
    expect(lines.at(-1)).toBe("retry with: slipway --lab demo operation retry op-0000000001 --machine n2");
    expect(exitCodeOf(state)).toBe(20);
  });

  test("is as complete in Chinese", () => {
    const lines = summaryLines(stateAfter(...halfWay, ended), { operation, words: chinese, paint: plain });
    expect(lines[0]).toBe("n2：通过 SSH 登录 失败：HOST_UNREACHABLE");
    expect(lines).toContain("op-0000000001 失败，耗时 7.0s");
  });

  test("of a retried operation forgets the failure that was mended", () => {
    const state = stateAfter(
      ...halfWay,
      ended,
      event(9000, { type: "operation.resumed", decision: { by: "alice", why: "" }, machine: "n2" }),
      event(9010, { type: "step.started", step: on("n2"), attempt: 2 }),
      event(9500, { type: "step.ended", step: on("n2"), outcome: "satisfied", durationMs: 490 }),
      event(9900, {
        type: "operation.ended",
        outcome: "succeeded",
        durationMs: 8000,
        criticalPath: [],
        blocked: [],
      }),
    );
    expect(exitCodeOf(state)).toBe(0);
    expect(summaryLines(state, { operation, words: english, paint: plain })).toEqual([
      "op-0000000001 succeeded after 8.0s",
    ]);
  });

  test("of a cancelled operation exits as an interrupted program does", () => {
    const cancelled = {
      type: "operation.ended",
      outcome: "cancelled",
      durationMs: 1,
      criticalPath: [],
      blocked: [],
    };
    expect(exitCodeOf(stateAfter(event(1, cancelled as EventBody)))).toBe(130);
  });
});

test("every kind of event has a line of its own in both languages", () => {
  const step = on("n1");
  const decision = { by: "alice", why: "because" };
  const bodies: EventBody[] = [
    { type: "operation.created", workflow: "check", by: "alice", steps: 6 },
    { type: "operation.resumed", decision },
    { type: "operation.paused", decision },
    { type: "operation.cancelling", decision },
    { type: "step.started", step, attempt: 1 },
    { type: "step.applying", step, why: text("it is not there", "尚不存在"), effect: "changes" },
    { type: "step.said", step, text: text("hello", "你好") },
    { type: "step.waiting", step, text: text("the disk", "磁盘") },
    { type: "step.retrying", step, attempt: 1, delayMs: 2000, error: refused },
    { type: "step.ended", step, outcome: "applied", durationMs: 1500 },
  ];
  for (const words of [english, chinese]) {
    const lines = bodies.map((body) => plainLine(event(0, body), words));
    expect(new Set(lines).size).toBe(bodies.length);
    for (const line of lines) expect(line).not.toMatch(/[{}]|undefined/);
  }
  expect(plainLine(event(0, bodies[9] as EventBody), english)).toMatch(
    / n1 Log in over SSH: applied in 1\.5s$/,
  );
});
