import { expect, test } from "vitest";
import { objectPath, rowOf } from "./kube-rows.ts";

const pod = (status: object, more: object = {}) =>
  rowOf("pods", {
    metadata: { name: "web", namespace: "shop", ...more },
    spec: { nodeName: "n1", containers: [{ name: "a" }, { name: "b" }] },
    status,
  });

test("a pod is told by what troubles it, not by its phase alone", () => {
  const waiting = { state: { waiting: { reason: "CrashLoopBackOff" } }, restartCount: 7 };
  expect(pod({ phase: "Running", containerStatuses: [{ ready: true }, waiting] })).toMatchObject({
    state: "CrashLoopBackOff",
    tone: "bad",
    ready: 1,
    wanted: 2,
    restarts: 7,
    node: "n1",
    containers: ["a", "b"],
  });
  expect(pod({ phase: "Running", containerStatuses: [{ ready: true }, { ready: true }] }).tone).toBe("ok");
  expect(pod({ phase: "Running", containerStatuses: [{ ready: true }, { ready: false }] }).tone).toBe("warn");
  expect(pod({ phase: "Pending" }).tone).toBe("busy");
  expect(pod({ phase: "Failed", reason: "Evicted" })).toMatchObject({ state: "Evicted", tone: "bad" });
  expect(pod({ phase: "Running" }, { deletionTimestamp: "x" })).toMatchObject({
    state: "Terminating",
    tone: "busy",
  });
  const done = { state: { terminated: { reason: "Completed" } } };
  expect(pod({ phase: "Succeeded", containerStatuses: [done] })).toMatchObject({
    state: "Succeeded",
    tone: "off",
  });
});

test("a node is told by its readiness, what presses it, and whether it takes pods", () => {
  const node = (conditions: readonly object[], spec: object = {}) =>
    rowOf("nodes", { metadata: { name: "n1" }, spec, status: { conditions } });
  expect(node([{ type: "Ready", status: "True" }])).toMatchObject({ state: "Ready", tone: "ok" });
  expect(node([{ type: "Ready", status: "Unknown" }])).toMatchObject({ state: "Unknown", tone: "bad" });
  expect(
    node(
      [
        { type: "Ready", status: "True" },
        { type: "DiskPressure", status: "True" },
      ],
      { unschedulable: true },
    ),
  ).toMatchObject({ state: "Ready, DiskPressure, SchedulingDisabled", tone: "warn", cordoned: true });
});

test("a workload is told by how many of its pods serve, and whether they are the newest", () => {
  const of = (replicas: number, status: object) =>
    rowOf("deployments", { metadata: {}, spec: { replicas }, status });
  expect(of(2, { readyReplicas: 2, updatedReplicas: 2 })).toMatchObject({ state: "Available", tone: "ok" });
  expect(of(2, { readyReplicas: 2, updatedReplicas: 1 })).toMatchObject({ state: "Updating", tone: "busy" });
  expect(of(2, {})).toMatchObject({ state: "Progressing", tone: "bad", ready: 0, wanted: 2 });
  expect(of(0, {})).toMatchObject({ state: "Stopped", tone: "off" });
  const set = rowOf("daemonsets", {
    metadata: {},
    status: { desiredNumberScheduled: 4, numberReady: 4, updatedNumberScheduled: 4 },
  });
  expect(set).toMatchObject({ state: "Available", wanted: 4 });
});

test("an event says what it is about and how often it came", () => {
  const event = {
    metadata: {},
    type: "Warning",
    reason: "BackOff",
    message: "m",
    count: 3,
    involvedObject: { kind: "Pod", name: "web" },
  };
  expect(rowOf("events", event)).toMatchObject({
    tone: "warn",
    state: "BackOff",
    object: "Pod/web",
    count: 3,
  });
});

test("objects that say nothing of themselves are rows all the same", () => {
  for (const kind of ["nodes", "pods", "events", "deployments", "statefulsets", "daemonsets"] as const) {
    expect(rowOf(kind, {})).toMatchObject({ id: "/", createdAt: 0 });
  }
  expect(objectPath("nodes", { name: "n1" })).toBe("/api/v1/nodes/n1");
});
