import { describe, expect, test } from "vitest";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { FENCE, isFenced, taintsWith } from "../../core/cluster/fence.ts";
import { FakeClock } from "../../../test/fakes/clock.ts";
import { FakeRemote } from "../../../test/fakes/remote.ts";
import { fence } from "./fence.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "site-a",
  machines: [
    { name: "n1", address: "10.0.0.11", roles: ["control-plane"] },
    { name: "n2", address: "10.0.0.12" },
  ],
});

const unreachable = { key: "node.kubernetes.io/unreachable", effect: "NoExecute" };

interface Site {
  readonly ready?: boolean;
  readonly answers?: boolean;
  readonly fenced?: boolean;
}

/** A worker with two pods and a DaemonSet's, and an API that gives pods up once the node is vouched to be off. */
const siteOf = ({ ready = false, answers = false, fenced = false }: Site) => {
  const clock = new FakeClock();
  const taints: { key: string; effect: string; value?: string }[] = [unreachable, ...(fenced ? [FENCE] : [])];
  const pods = ["a", "b"];
  const patches: string[] = [];
  const remote = new FakeRemote().on("n1", ({ words }) => {
    const line = words.slice(2).join(" ");
    if (line.startsWith("patch node")) {
      const { spec } = JSON.parse(words.at(-1) ?? "{}") as { spec: { taints: typeof taints } };
      patches.push(words.at(-1) ?? "");
      taints.splice(0, taints.length, ...spec.taints);
      return {};
    }
    if (line.includes("get pods")) {
      const items = ["c", ...pods].map((name) => ({
        metadata: {
          name,
          namespace: "default",
          uid: name,
          ownerReferences: [{ kind: name === "c" ? "DaemonSet" : "StatefulSet", controller: true }],
        },
        status: { phase: "Running" },
      }));
      if (taints.some(({ key }) => key === FENCE.key)) pods.pop();
      return { stdout: JSON.stringify({ items }) };
    }
    if (line.includes("get nodes")) {
      const status = { conditions: [{ type: "Ready", status: ready ? "True" : "Unknown" }] };
      return {
        stdout: JSON.stringify({
          items: [{ metadata: { name: "n2", uid: "n2" }, spec: { taints }, status }],
        }),
      };
    }
    return {};
  });
  if (!answers) remote.failWith("n2", "HOST_UNREACHABLE", { kind: "login" });
  const step = {
    machine: cluster.machines[1],
    target: "n2",
    cluster,
    parameters: { machines: ["n2"] },
    operation: { id: "op-1", by: "ann" },
    from: {},
    ports: { remote, clock },
    signal: new AbortController().signal,
    say: () => undefined,
    waiting: () => undefined,
    progress: () => undefined,
  } as never;
  const run = async <T>(work: Promise<T>): Promise<T> => {
    const state = { over: false };
    const ended = work.finally(() => (state.over = true));
    ended.catch(() => undefined);
    while (!state.over) await clock.advance(1000);
    return ended;
  };
  return { step, run, taints, patches };
};

describe("node.fence", () => {
  test("tells what is given up before anything is", async () => {
    const { step, run, patches } = siteOf({});
    expect(await run(fence.probe(step))).toMatchObject({
      state: "needed",
      loss: { en: expect.stringContaining("2 pod(s) are given up") as string },
    });
    expect(patches).toEqual([]);
  });

  test("taints the node beside what it has, and waits until its pods are given up", async () => {
    const { step, run, taints } = siteOf({});
    expect(await run(fence.apply(step))).toEqual({ fenced: true });
    expect(taints).toEqual([unreachable, FENCE]);
    expect(await run(fence.probe(step))).toMatchObject({ state: "satisfied" });
  });

  test.each([
    ["whose node is Ready", { ready: true }, "Ready"],
    ["that can be logged in to although its node is not Ready", { answers: true }, "SSH"],
  ])("refuses a machine %s, and changes nothing", async (...[, site, how]) => {
    const { step, run, patches } = siteOf(site);
    const refusal = { code: "FENCE_ALIVE", params: { machine: "n2", how } };
    await expect(run(fence.probe(step))).rejects.toMatchObject(refusal);
    await expect(run(fence.apply(step))).rejects.toMatchObject(refusal);
    expect(patches).toEqual([]);
  });

  test("goes on waiting for a machine that is fenced already, whether or not it has come back", async () => {
    const { step, run, patches } = siteOf({ fenced: true, answers: true });
    expect(await run(fence.apply(step))).toEqual({ fenced: true });
    expect(patches).toHaveLength(1);
  });
});

describe("the taints of a node", () => {
  test("lose the fence and keep all others", () => {
    const node = { spec: { taints: [unreachable, FENCE] } };
    expect(isFenced(node)).toBe(true);
    expect(taintsWith(node, "down")).toEqual([unreachable]);
    expect(isFenced({ spec: { taints: [unreachable] } })).toBe(false);
    expect(taintsWith({}, "up")).toEqual([FENCE]);
  });
});
