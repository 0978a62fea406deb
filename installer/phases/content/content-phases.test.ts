import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import type { ContentItem } from "../../core/content/items.ts";
import { fetchFiles, findMissing, hasZstd, placeFiles } from "../../core/content/scripts.ts";
import type { StepContext } from "../../core/phase.ts";
import type { Release, Releases } from "../../core/ports/release.ts";
import { noSite } from "../../../test/fakes/engine.ts";
import { FakeClock } from "../../../test/fakes/clock.ts";
import { FakeRemote, type FakeReply } from "../../../test/fakes/remote.ts";
import { collectorOutput } from "../../../test/fixtures/inventory/collector-output.ts";
import { goodMachine } from "../../../test/fixtures/inventory/good-machine.ts";
import { hostSettings } from "../host/settings.ts";
import { markPath } from "../machine/mark.ts";
import { enlist } from "../machine/enlist.ts";
import { images } from "../runtime/images.ts";
import { timeSync } from "../time/sync.ts";
import { packages } from "./packages.ts";
import { firstRank, sendItems } from "./transfer.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "prod",
  machines: [{ name: "m1", address: "10.0.0.11", roles: ["control-plane"] }],
});

const sha = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

const blob = (text: string) => ({ digest: sha(text), size: Buffer.byteLength(text) });

const item: ContentItem = {
  path: "/usr/local/bin/kubelet",
  mode: 0o755,
  blob: blob("packed"),
  compressed: true,
  content: blob("unpacked"),
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-phases-"));
  for (const text of ["packed", "unpacked"]) writeFileSync(join(folder, text), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A machine that answers by rules, and a step on it. */
const stepOn = (remote: FakeRemote, from: object = {}, release?: Partial<Release>) => {
  const clock = new FakeClock({ autoAdvance: true });
  const served: string[] = [];
  const context = {
    machine: cluster.machines[0],
    target: "m1",
    cluster,
    from,
    ports: {
      ...noSite,
      clock,
      remote,
      releases: { open: async () => release as Release, systems: async () => [] } satisfies Releases,
      timeServer: { serve: async (address: string) => void served.push(address) },
      content: {
        addressFor: async () => ({ address: "10.0.0.1", port: 7443 }),
        offer: async () => ({
          url: "https://10.0.0.1:7443/content",
          token: "a-token",
          [Symbol.asyncDispose]: async () => undefined,
        }),
        file: async ({ plain }: { plain?: string }) =>
          join(folder, plain === undefined ? "packed" : "unpacked"),
      },
    },
    signal: new AbortController().signal,
    say: () => undefined,
    progress: () => undefined,
    waiting: () => undefined,
  } as unknown as StepContext<never>;
  return { context, clock, served };
};

const answering = (replies: readonly (readonly [string, FakeReply])[]): FakeRemote => {
  const remote = new FakeRemote();
  for (const [start, reply] of replies) remote.reply("m1", start, reply);
  return remote;
};

const staged = (digest: string): string => `/var/lib/slipway/content/${digest.slice("sha256:".length)}`;

describe("sending content", () => {
  test("hands the token over on standard input, where no list of processes shows it", async () => {
    const remote = answering([[fetchFiles, { code: 0 }]]);
    await sendItems(stepOn(remote).context, [item], { rank: 0 });
    const [call] = remote.calls;
    expect(call?.stdin?.split("\n")[0]).toBe("a-token");
    expect(call?.words.join(" ")).not.toContain("a-token");
  });

  test.each([
    ["has no curl", 75],
    ["cannot reach the appliance", 74],
  ])("goes over SSH when the machine %s", async (_, code) => {
    const remote = answering([
      [fetchFiles, { code }],
      [hasZstd, { stdout: "zstd\n" }],
      [placeFiles, {}],
    ]);
    await sendItems(stepOn(remote).context, [item], { rank: 0 });
    expect(remote.content("m1", staged(item.blob.digest))).toBe("packed");
  });

  test("is unpacked before it goes over SSH when the machine cannot do that", async () => {
    const remote = answering([
      [fetchFiles, { code: 75 }],
      [hasZstd, { stdout: "plain\n" }],
      [placeFiles, {}],
    ]);
    await sendItems(stepOn(remote).context, [item], { rank: 0 });
    expect(remote.content("m1", staged(item.content.digest))).toBe("unpacked");
    expect(remote.calls.at(-1)?.stdin).toMatch(/ plain\n$/);
  });

  test("that arrives damaged is asked for once more, and then given up by name", async () => {
    const remote = answering([
      [fetchFiles, { code: 65 }],
      [findMissing, { stdout: `${item.path}\n` }],
    ]);
    await expect(sendItems(stepOn(remote).context, [item], { rank: 0 })).rejects.toMatchObject({
      code: "CONTENT_DAMAGED",
      params: { machine: "m1", what: item.path },
    });
    expect(remote.calls.filter(({ words }) => words[0] === fetchFiles)).toHaveLength(2);
  });

  test("begins with the first control plane", () => {
    const ranks = ["m2", "m1", "m3"].map((name) => firstRank({ name }, ["m1", "m2"]));
    expect(ranks).toEqual([1, 0, 2]);
  });
});

describe("machine.enlist", () => {
  const mark = (member: boolean, name = "prod"): string =>
    JSON.stringify({ cluster: name, machine: "m1", member });

  test("marks the machine as a member, once", async () => {
    const remote = new FakeRemote().file("m1", markPath, mark(false));
    const { context } = stepOn(remote);
    expect(await enlist.probe(context)).toMatchObject({ state: "needed" });
    await enlist.apply(context);
    expect(await enlist.probe(context)).toMatchObject({ state: "satisfied", output: { member: true } });
  });

  test("refuses a machine of another cluster", async () => {
    const { context } = stepOn(new FakeRemote().file("m1", markPath, mark(true, "old")));
    await expect(enlist.probe(context)).rejects.toMatchObject({ code: "MACHINE_BELONGS_TO_ANOTHER" });
  });
});

describe("time.sync", () => {
  const running = { stdout: "running\n" };

  /** A machine whose clock is off by what `offsetMs` says when it is asked. */
  const machineOff = (offsetMs: () => number) => {
    const remote = new FakeRemote();
    const step = stepOn(remote, { packages: {} });
    remote.on("m1", ({ words: [script = ""] }) => {
      if (script.includes("slipway-facts")) {
        const nanoseconds = `${Math.round(step.clock.now() + offsetMs())}000000`;
        return {
          stdout: collectorOutput({ "clock.start": nanoseconds, "clock.end": nanoseconds, end: "" }),
        };
      }
      if (script.includes("sources.d")) return { stdout: "/etc/chrony/sources.d\n" };
      if (script.includes("is-active")) return running;
      return {};
    });
    return { remote, ...step };
  };

  test("is satisfied by a clock within 100 ms, and serves the time before it asks for it", async () => {
    const { context, served } = machineOff(() => 40);
    expect(await timeSync.probe(context)).toMatchObject({ state: "satisfied" });
    expect(await timeSync.apply(context)).toMatchObject({ offsetMs: 40 });
    expect(served).toEqual(["10.0.0.1"]);
  });

  test("waits until chrony has put the clock right", async () => {
    let offset = 600_000;
    const { context } = machineOff(() => (offset /= 10));
    expect(await timeSync.probe(context)).toMatchObject({ state: "needed" });
    expect(Math.abs((await timeSync.apply(context)).offsetMs)).toBeLessThan(100);
  });

  test("lets nothing past while the clock stays wrong", async () => {
    const { context } = machineOff(() => -600_000);
    await expect(timeSync.apply(context)).rejects.toMatchObject({
      code: "CLOCK_NOT_SYNCHRONISED",
      params: { offsetMs: -600_000, limitMs: 100 },
    });
  });
});

describe("runtime.images", () => {
  const named = (component: string) => ({
    component,
    name: `registry.k8s.io/${component}:1`,
    digest: sha(component),
    mediaType: "m",
    manifests: [],
    blobs: [],
  });
  const release = {
    version: "1.37",
    images: [
      "pause",
      "etcd",
      "kube-apiserver",
      "kube-controller-manager",
      "kube-scheduler",
      "kube-proxy",
      "flannel",
      "flannel-cni-plugin",
      "coredns",
    ].map(named),
  };

  test("pulls only what is missing, by name", async () => {
    const remote = new FakeRemote().on("m1", ({ words: [script = ""] }) =>
      script.includes("images check") ? { stdout: "registry.k8s.io/etcd:1\n" } : {},
    );
    const { context } = stepOn(remote, { facts: goodMachine }, release);
    expect(await images.probe(context)).toMatchObject({
      state: "needed",
      why: { en: "not there yet: registry.k8s.io/etcd:1" },
    });
    await images.apply(context);
    expect(remote.calls.at(-1)?.stdin).toBe("registry.k8s.io/etcd:1\n");
  });

  test("tries again by itself when a registry did not answer, and says so when the disk is full", async () => {
    const pulling = (stderr: string): FakeRemote =>
      new FakeRemote().on("m1", ({ words: [script = ""] }) =>
        script.includes("images check") ? { stdout: "registry.k8s.io/etcd:1\n" } : { code: 123, stderr },
      );
    const code = (stderr: string) =>
      Promise.resolve(images.apply(stepOn(pulling(stderr), { facts: goodMachine }, release).context)).catch(
        (error: unknown) => error,
      );
    expect(await code("ctr: dial tcp 10.0.0.1:5000: connect: connection refused\n")).toMatchObject({
      code: "IMAGES_INTERRUPTED",
    });
    expect(await code("ctr: write: no space left on device\n")).toMatchObject({ code: "REMOTE_DISK_FULL" });
    expect(await code("ctr: not found\n")).toMatchObject({ code: "IMAGES_NOT_PULLED" });
  });

  test("is satisfied when every image is whole and pinned", async () => {
    const remote = new FakeRemote().on("m1", () => ({ stdout: "" }));
    const { context } = stepOn(remote, { facts: goodMachine }, release);
    expect(await images.probe(context)).toMatchObject({ state: "satisfied" });
  });
});

describe("content.packages", () => {
  test("asks for nothing where every command is there, whatever the system", async () => {
    const remote = new FakeRemote().on("m1", () => ({ stdout: "" }));
    const { context } = stepOn(remote, { facts: goodMachine });
    expect(await packages.probe(context)).toMatchObject({ state: "satisfied" });
  });

  test("names what is missing on a system that the bundle's packages are not for", async () => {
    const remote = new FakeRemote().on("m1", () => ({ stdout: "missing conntrack\nmissing socat\n" }));
    const facts = { ...goodMachine, os: { ...goodMachine.os, id: "rocky", name: "Rocky Linux 9" } };
    const { context } = stepOn(remote, { facts }, { packages: [] });
    await expect(packages.apply(context)).rejects.toMatchObject({
      code: "PACKAGES_MISSING",
      params: { packages: "conntrack, socat", os: "Rocky Linux 9" },
    });
  });

  test("is needed again after an installation was cut off, although every command is in place", async () => {
    const remote = new FakeRemote().on("m1", () => ({ stdout: "cut-off chrony\ncut-off keepalived\n" }));
    const { context } = stepOn(remote, { facts: goodMachine });
    expect(await packages.probe(context)).toMatchObject({
      state: "needed",
      why: { en: "missing or not whole: chronyd, chronyc" },
    });
  });
});

describe("host.settings", () => {
  const recordPath = "/var/lib/slipway/host-settings.json";
  const machine = (set: FakeReply): FakeRemote =>
    new FakeRemote().on("m1", ({ words: [script = ""] }) => {
      if (script.includes("fixed $key")) return { stdout: "net.ipv4.ip_forward 0\nvm.overcommit_memory 0\n" };
      if (script.includes("refused $1")) return set;
      return { stdout: "" };
    });

  test("writes down what was there before it changes anything", async () => {
    const remote = machine({ stdout: "" });
    const { context } = stepOn(remote, { facts: goodMachine });
    await hostSettings.apply(context);
    const order = remote.calls.map(({ kind, words: [first = ""] }) =>
      kind === "writeFile" ? first : first.includes("refused $1") ? "set" : kind,
    );
    expect(order.indexOf(recordPath)).toBeLessThan(order.indexOf("set"));
    expect(JSON.parse(remote.content("m1", recordPath) ?? "")).toMatchObject({
      sysctls: { "net.ipv4.ip_forward": "0", "vm.overcommit_memory": "0" },
    });
  });

  test("lives without what the kernel refuses, unless pods cannot work without it", async () => {
    const optional = machine({ stdout: "refused vm.overcommit_memory\n" });
    await hostSettings.apply(stepOn(optional, { facts: goodMachine }).context);
    expect(JSON.parse(optional.content("m1", recordPath) ?? "")).toMatchObject({
      refused: ["vm.overcommit_memory"],
    });
    const required = machine({ stdout: "refused net.ipv4.ip_forward\n" });
    await expect(hostSettings.apply(stepOn(required, { facts: goodMachine }).context)).rejects.toMatchObject({
      code: "HOST_SETTING_REFUSED",
      params: { key: "net.ipv4.ip_forward" },
    });
  });
});
