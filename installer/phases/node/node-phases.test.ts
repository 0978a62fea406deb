import { describe, expect, test } from "vitest";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { DrainSettings } from "../../contract/parameters.ts";
import { marks } from "../../core/cluster/marks.ts";
import { SlipwayError } from "../../core/contract.ts";
import { FakeClock } from "../../../test/fakes/clock.ts";
import { FakeRemote, type RemoteCall } from "../../../test/fakes/remote.ts";
import { drain } from "./drain.ts";
import { reboot } from "./reboot.ts";
import { shutdown } from "./shutdown.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "site-a",
  machines: [
    ...["n1", "n2", "n3"].map((name, index) => ({
      name,
      address: `10.0.0.1${index}`,
      roles: ["control-plane"],
    })),
    { name: "n4", address: "10.0.0.14" },
  ],
});

const members = JSON.stringify({
  members: ["1", "2", "3"].map((ID) => ({ ID, name: `n${ID}` })),
});

interface FakeNode {
  unschedulable: boolean;
  annotations: Record<string, string>;
}

interface FakePod {
  readonly name: string;
  readonly controller?: string;
  /** Evictions are refused this often. */
  blocked?: number;
}

/** A cluster of machines that restart when told so, with an API made of objects. */
class Site {
  readonly remote = new FakeRemote();
  readonly clock = new FakeClock();
  readonly nodes = new Map<string, FakeNode>();
  readonly boots = new Map<string, number>();
  readonly downs: string[] = [];
  readonly unwell = new Set<string>();
  readonly said: string[] = [];
  pods: FakePod[] = [];

  constructor() {
    for (const { name } of cluster.machines) {
      this.nodes.set(name, { unschedulable: false, annotations: {} });
      this.boots.set(name, 1);
    }
    this.remote.on("*", (call) => this.#answer(call));
  }

  boot(name: string): string {
    return `${name}-boot-${this.boots.get(name) ?? 0}`;
  }

  node(name: string): FakeNode {
    return this.nodes.get(name) ?? { unschedulable: false, annotations: {} };
  }

  step(
    target: string,
    { operation = "op-1", drain: settings = {} }: { operation?: string; drain?: object } = {},
  ) {
    return {
      machine: cluster.machines.find(({ name }) => name === target),
      target,
      cluster,
      parameters: { machines: [target], drain: DrainSettings.parse(settings) },
      operation: { id: operation, by: "ann" },
      from: {},
      ports: { remote: this.remote, clock: this.clock },
      signal: new AbortController().signal,
      say: (line: { en: string }) => void this.said.push(line.en),
      waiting: () => undefined,
      progress: () => undefined,
    } as never;
  }

  /** Lets virtual time pass until the work has ended. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { over: false };
    const ended = work.finally(() => (state.over = true));
    ended.catch(() => undefined);
    while (!state.over) await this.clock.advance(1000);
    return ended;
  }

  #answer({ machine, words, stdin }: RemoteCall) {
    const [script = "", ...args] = words;
    if (script.includes("systemctl $2")) return this.#goDown(machine, args[0] ?? "");
    if (script.includes("tell boot")) return { stdout: this.#health(machine) };
    if (script.includes("/$2")) return {};
    return this.#kubectl(args.slice(1), stdin);
  }

  #goDown(machine: string, boot: string) {
    if (boot === this.boot(machine)) {
      this.downs.push(machine);
      this.boots.set(machine, (this.boots.get(machine) ?? 0) + 1);
    }
    return {};
  }

  #health(name: string): string {
    const base = `boot ${this.boot(name)}\nkubelet active\ncontainerd active\n`;
    if (name === "n4") return base;
    const id = name.slice(1);
    const health = this.unwell.has(name) ? "false" : "true";
    return `${base}live yes\nready yes\nscheduler yes\ncontroller-manager yes\nregistry yes\nendpoint active
etcd.health {"health":"${health}"}
etcd.status {"header":{"member_id":"${id}"},"leader":"1","raftIndex":"5","raftAppliedIndex":"5"}
etcd.members ${members}
`;
  }

  #kubectl(args: readonly string[], stdin: string | undefined) {
    const line = args.join(" ");
    if (line.includes("--raw")) return this.#evict(String(stdin));
    if (line.startsWith("patch node")) return this.#patch(args[2] ?? "", args.at(-1) ?? "{}");
    if (line.includes("get pods")) return { stdout: JSON.stringify({ items: this.#podObjects() }) };
    if (line.includes("poddisruptionbudgets")) return { stdout: JSON.stringify({ items: [budget] }) };
    const named = /metadata\.name=(\S+)/.exec(line)?.[1];
    if (named !== undefined) return { stdout: JSON.stringify({ items: [this.#nodeObject(named)] }) };
    const lines = [...this.nodes].map(([name, { annotations }]) =>
      [
        name,
        "uid",
        "",
        "v1",
        this.boot(name),
        "Ready=True,",
        "",
        "",
        annotations[marks.outage] ?? "",
        "",
      ].join("\t"),
    );
    return { stdout: lines.join("\n") };
  }

  #nodeObject(name: string) {
    const { unschedulable, annotations } = this.node(name);
    return {
      metadata: { name, uid: name, annotations },
      spec: { unschedulable },
      status: { nodeInfo: { bootID: this.boot(name) }, conditions: [{ type: "Ready", status: "True" }] },
    };
  }

  #podObjects() {
    return this.pods.map(({ name, controller = "ReplicaSet" }) => ({
      metadata: {
        name,
        namespace: "default",
        uid: name,
        labels: { app: "web" },
        ownerReferences: controller === "" ? [] : [{ kind: controller, controller: true }],
      },
      status: { phase: "Running" },
    }));
  }

  #evict(body: string) {
    const { name } = (JSON.parse(body) as { metadata: { name: string } }).metadata;
    const pod = this.pods.find((one) => one.name === name);
    if (pod?.blocked !== undefined && pod.blocked > 0) {
      pod.blocked -= 1;
      return { code: 1, stderr: "Error from server (TooManyRequests): Cannot evict pod" };
    }
    this.pods = this.pods.filter((one) => one.name !== name);
    return {};
  }

  #patch(name: string, text: string) {
    const patch = JSON.parse(text) as {
      metadata?: { annotations?: Record<string, string | null> };
      spec?: { unschedulable?: boolean | null };
    };
    const node = this.node(name);
    for (const [key, value] of Object.entries(patch.metadata?.annotations ?? {})) {
      if (value === null) delete node.annotations[key];
      else node.annotations[key] = value;
    }
    if (patch.spec?.unschedulable !== undefined) node.unschedulable = patch.spec.unschedulable === true;
    return {};
  }
}

const budget = {
  metadata: { name: "web", namespace: "default", uid: "b" },
  spec: { selector: { matchLabels: { app: "web" } } },
  status: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 },
};

describe("node.drain", () => {
  test("waits for a budget to allow it, and ends when the last pod has gone", async () => {
    const site = new Site();
    site.pods = [{ name: "a", blocked: 2 }, { name: "b" }, { name: "c", controller: "DaemonSet" }];
    expect(await site.run(drain.apply(site.step("n4")))).toEqual({ left: 2 });
    expect(site.node("n4").unschedulable).toBe(true);
    expect(site.said).toEqual([
      "may not leave yet: default/a [PodDisruptionBudget web: allowed=0 healthy=1 required=1]",
    ]);
    expect(await site.run(drain.probe(site.step("n4")))).toMatchObject({ state: "satisfied" });
  });

  test("gives up after its time-out and names the pod, the budget and its figures", async () => {
    const site = new Site();
    site.pods = [{ name: "a", blocked: 1e6 }, { name: "b" }];
    await expect(
      site.run(drain.apply(site.step("n4", { drain: { timeoutSeconds: 30 } }))),
    ).rejects.toMatchObject({
      code: "DRAIN_BLOCKED",
      params: {
        machine: "n4",
        count: 1,
        seconds: 30,
        pods: "default/a [PodDisruptionBudget web: allowed=0 healthy=1 required=1]",
      },
    });
    expect(site.pods.map(({ name }) => name)).toEqual(["a"]);
  });

  test("refuses a pod that nothing would create again, before anything is changed", async () => {
    const site = new Site();
    site.pods = [{ name: "lone", controller: "" }];
    await expect(site.run(drain.probe(site.step("n4")))).rejects.toMatchObject({ code: "DRAIN_REFUSED" });
    await expect(site.run(drain.apply(site.step("n4")))).rejects.toMatchObject({ code: "DRAIN_REFUSED" });
    expect(site.node("n4").unschedulable).toBe(false);
  });
});

describe("node.reboot", () => {
  test("drains, restarts once and gives the machine back; a later probe of the operation is content", async () => {
    const site = new Site();
    site.pods = [{ name: "a" }];
    expect(await site.run(reboot.probe(site.step("n2")))).toMatchObject({ state: "needed" });
    expect(await site.run(reboot.apply(site.step("n2")))).toEqual({
      before: "n2-boot-1",
      after: "n2-boot-2",
    });
    expect(site.downs).toEqual(["n2"]);
    expect(site.pods).toEqual([]);
    expect(site.node("n2").unschedulable).toBe(false);
    expect(site.node("n2").annotations[marks.outage]).toBeUndefined();
    expect(await site.run(reboot.probe(site.step("n2")))).toMatchObject({ state: "satisfied" });
    expect(await site.run(reboot.probe(site.step("n2", { operation: "op-2" })))).toMatchObject({
      state: "needed",
    });
  });

  test("that was cut short after the machine went down is waited for, and not sent again", async () => {
    const site = new Site();
    const lost = SlipwayError.of("INTERNAL", { problem: "the engine is gone" });
    // The engine dies before it has written down that the machine is back.
    let after = false;
    let dead = true;
    site.remote.on("*", ({ words }) => {
      if (words[0]?.includes("systemctl $2") === true) after = true;
      else if (dead && after && words.includes("patch")) return lost;
      return undefined;
    });
    await expect(site.run(reboot.apply(site.step("n2")))).rejects.toMatchObject({ code: "INTERNAL" });
    expect(site.downs).toEqual(["n2"]);
    dead = false;
    expect(await site.run(reboot.probe(site.step("n2")))).toMatchObject({ state: "needed" });
    expect(await site.run(reboot.apply(site.step("n2")))).toMatchObject({ after: "n2-boot-2" });
    expect(site.downs).toEqual(["n2"]);
    expect(site.node("n2").unschedulable).toBe(false);
  });

  test("leaves a machine closed that was closed before it", async () => {
    const site = new Site();
    site.node("n4").unschedulable = true;
    await site.run(reboot.apply(site.step("n4")));
    expect(site.node("n4").unschedulable).toBe(true);
  });

  test("is refused while another control plane is unwell, and changes nothing", async () => {
    const site = new Site();
    site.unwell.add("n3");
    site.pods = [{ name: "a" }];
    await expect(site.run(reboot.apply(site.step("n2")))).rejects.toMatchObject({
      code: "QUORUM_OTHER_ETCD",
      params: { machine: "n2", other: "n3" },
    });
    expect([site.downs, site.node("n2").unschedulable, site.pods.length]).toEqual([[], false, 1]);
  });

  test("of a worker too waits for the one before it to come back", async () => {
    const site = new Site();
    site.node("n1").annotations[marks.outage] = JSON.stringify({
      operation: "op-0",
      kind: "reboot",
      bootId: "x",
      cordoned: false,
      since: 1,
    });
    await expect(site.run(reboot.apply(site.step("n4")))).rejects.toMatchObject({
      code: "QUORUM_OTHER_DOWN",
      params: { other: "n1", operation: "op-0" },
    });
  });
});

describe("node.shutdown", () => {
  test("marks the machine as out of service, and is not repeated when it is on again", async () => {
    const site = new Site();
    await site.run(shutdown.apply(site.step("n4")));
    expect(site.downs).toEqual(["n4"]);
    expect(JSON.parse(site.node("n4").annotations[marks.maintenance] ?? "{}")).toMatchObject({ by: "ann" });
    expect(await site.run(shutdown.probe(site.step("n4")))).toMatchObject({ state: "satisfied" });
    expect(site.downs).toEqual(["n4"]);
  });
});
