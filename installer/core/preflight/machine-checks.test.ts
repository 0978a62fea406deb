import { describe, expect, test } from "vitest";
import type { MachineFacts } from "../../contract/facts.ts";
import type { CheckResult } from "../../contract/preflight.ts";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { goodMachine } from "../../../test/fixtures/inventory/good-machine.ts";
import { judgeEtcd, judgeMachine } from "./judge.ts";

const clusterWith = (fields: object = {}): ClusterSpec =>
  ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: "prod",
    machines: [{ name: "m1", address: "10.0.0.11", roles: ["control-plane"] }],
    ...fields,
  });

interface Case {
  readonly cluster?: object;
  readonly facts?: Partial<MachineFacts>;
}

const judge = (id: string, { cluster = {}, facts = {} }: Case = {}): CheckResult => {
  const spec = clusterWith(cluster);
  const machine = spec.machines[0];
  if (machine === undefined) throw new Error("no machine");
  const result = judgeMachine({ cluster: spec, machine, facts: { ...goodMachine, ...facts } }).find(
    ({ check }) => check === id,
  );
  if (result === undefined) throw new Error(`no check ${id}`);
  return result;
};

const { cpu, memory, kernel, space, interfaces, routes, resolution, privileges, os } = goodMachine;
const without = (feature: string): Partial<MachineFacts> => ({
  kernel: { ...kernel, features: { ...kernel.features, [feature]: "absent" } },
});
const state = (what: string): Partial<MachineFacts> => ({
  leftovers: [{ kind: "state", what, product: "kubernetes" }],
});
const listener = (port: number): Partial<MachineFacts> => ({
  listeners: [{ protocol: "tcp", address: "::", port, process: "postgres", pid: 7 }],
});
const worker = { machines: [{ name: "m1", address: "10.0.0.11", roles: ["worker"] }] };
const withAddress = (entry: object): Partial<MachineFacts> => ({
  interfaces: interfaces.map((device) => ({
    ...device,
    addresses: device.addresses.map((address) => ({ ...address, ...entry })),
  })),
});
const available = (path: string, availableBytes: number): Partial<MachineFacts> => ({
  space: space.map((entry) => (entry.path === path ? { ...entry, availableBytes } : entry)),
});
const mark = (cluster: string, member = false): Partial<MachineFacts> => ({
  slipway: { cluster, machine: "m1", member },
});

/** Check, what is different from a good machine, and how it must come out. */
const cases: readonly (readonly [string, string, Case, CheckResult["state"]])[] = [
  ["architecture", "a 32-bit machine", { facts: { cpu: { ...cpu, architecture: "i686" } } }, "failed"],
  ["architecture", "an ARM server", { facts: { cpu: { ...cpu, architecture: "aarch64" } } }, "ok"],
  ["cpu-cores", "one core for a control plane", { facts: { cpu: { ...cpu, usable: 1 } } }, "failed"],
  ["cpu-cores", "one core for a worker", { facts: { cpu: { ...cpu, usable: 1 } }, cluster: worker }, "ok"],
  ["memory", "1.5 GB for a control plane", { facts: { memory: { ...memory, totalBytes: 1.5e9 } } }, "failed"],
  [
    "memory",
    "1.5 GB for a worker",
    { facts: { memory: { ...memory, totalBytes: 1.5e9 } }, cluster: worker },
    "ok",
  ],
  ["disk-space", "a full etcd disk", { facts: available("/var/lib/etcd", 1e9) }, "failed"],
  [
    "disk-space",
    "an etcd disk that a worker does not use",
    { facts: available("/var/lib/etcd", 1e9), cluster: worker },
    "ok",
  ],
  [
    "disk-space",
    "15 GB that five folders must share",
    { facts: { space: space.map((entry) => ({ ...entry, mount: "/", availableBytes: 15e9 })) } },
    "failed",
  ],
  [
    "inodes",
    "few inodes",
    { facts: { space: space.map((entry) => ({ ...entry, inodesFree: 10 })) } },
    "warning",
  ],
  [
    "inodes",
    "btrfs, which has no fixed number",
    { facts: { space: space.map((entry) => ({ ...entry, inodesFree: null })) } },
    "ok",
  ],
  [
    "kernel-version",
    "kernel 3.10",
    { facts: { kernel: { ...kernel, release: "3.10.0-1160.el7" } } },
    "failed",
  ],
  ["kernel-version", "kernel 4.19", { facts: { kernel: { ...kernel, release: "4.19.90-89.ky10" } } }, "ok"],
  ["kernel-features", "no overlay", { facts: without("overlay") }, "failed"],
  ["kernel-features", "no nf_tables but ip_tables", { facts: without("nf_tables") }, "ok"],
  [
    "kernel-features",
    "nothing to read the kernel's features from",
    { facts: { kernel: { ...kernel, features: {} } } },
    "warning",
  ],
  [
    "cgroup-version",
    "v1 with Kubernetes 1.37",
    { facts: { cgroup: { version: "v1", controllers: [] } } },
    "failed",
  ],
  [
    "cgroup-version",
    "hybrid with Kubernetes 1.37",
    { facts: { cgroup: { version: "hybrid", controllers: [] } } },
    "failed",
  ],
  [
    "cgroup-version",
    "v1 with Kubernetes 1.34",
    {
      facts: { cgroup: { version: "v1", controllers: [] } },
      cluster: { kubernetes: { version: "v1.34.1" } },
    },
    "warning",
  ],
  [
    "swap",
    "a swap partition",
    { facts: { swap: [{ device: "/dev/sda3", kind: "partition", sizeBytes: 1 }] } },
    "failed",
  ],
  [
    "root-privileges",
    "no CAP_SYS_RESOURCE",
    { facts: { privileges: { ...privileges, lowerOomScore: false } } },
    "warning",
  ],
  [
    "operating-system",
    "a system nobody tested",
    { facts: { os: { ...os, id: "kylin", versionId: "V10" } } },
    "warning",
  ],
  ["belongs-here", "the mark of another cluster", { facts: mark("old") }, "failed"],
  ["belongs-here", "its own mark", { facts: mark("prod") }, "ok"],
  ["no-other-kubernetes", "old kubelet state", { facts: state("/var/lib/kubelet") }, "failed"],
  [
    "no-other-kubernetes",
    "its own Kubernetes",
    { facts: { ...state("/var/lib/kubelet"), ...mark("prod", true) } },
    "ok",
  ],
  [
    "no-other-kubernetes",
    "only a program",
    { facts: { leftovers: [{ kind: "program", what: "kubeadm", product: "kubernetes" }] } },
    "warning",
  ],
  ["ports-free", "a database on etcd's port", { facts: listener(2379) }, "failed"],
  ["ports-free", "the same on a worker", { facts: listener(2379), cluster: worker }, "ok"],
  ["ports-free", "its own etcd", { facts: { ...listener(2379), ...mark("prod", true) } }, "ok"],
  [
    "name-resolution",
    "localhost elsewhere",
    { facts: { resolution: { ...resolution, localhost: ["10.0.0.9"] } } },
    "failed",
  ],
  ["name-resolution", "no localhost", { facts: { resolution: { ...resolution, localhost: [] } } }, "failed"],
  [
    "name-resolution",
    "an unknown own name",
    { facts: { resolution: { ...resolution, ownName: [] } } },
    "failed",
  ],
  [
    "no-proxy",
    "a proxy",
    { facts: { proxies: [{ source: "environment", name: "https_proxy", value: "p:1" }] } },
    "warning",
  ],
  [
    "no-proxy",
    "no_proxy alone",
    { facts: { proxies: [{ source: "environment", name: "no_proxy", value: "*" }] } },
    "ok",
  ],
  [
    "access-control",
    "SELinux enforcing",
    { facts: { security: { selinux: "enforcing", apparmor: "absent" } } },
    "noted",
  ],
  ["time-zone", "no time zone", { facts: { time: { ...goodMachine.time, timeZone: null } } }, "noted"],
  [
    "time-source",
    "a clock nobody keeps",
    { facts: { time: { ...goodMachine.time, synchronised: false } } },
    "noted",
  ],
  [
    "inotify-instances",
    "few inotify instances",
    { facts: { kernel: { ...kernel, sysctls: { "fs.inotify.max_user_instances": "128" } } } },
    "noted",
  ],
  ["address-present", "another address", { facts: withAddress({ address: "10.0.0.12" }) }, "failed"],
  ["address-static", "a lease", { facts: withAddress({ dynamic: true }) }, "warning"],
  ["cidr-overlap", "pods on the site's network", { cluster: { network: { pods: "10.0.0.0/16" } } }, "failed"],
  [
    "cidr-overlap",
    "a route into the services",
    {
      facts: {
        routes: [
          ...routes,
          { destination: "10.96.12.7/32", gateway: "10.0.0.2", device: "eth0", source: null, metric: null },
        ],
      },
    },
    "failed",
  ],
  [
    "cidr-overlap",
    "a name server among the services",
    { facts: { resolution: { ...resolution, nameservers: ["10.96.0.10"] } } },
    "failed",
  ],
  [
    "cidr-overlap",
    "the pod network's own route",
    {
      facts: {
        routes: [
          ...routes,
          { destination: "10.244.1.0/24", gateway: null, device: "flannel.1", source: null, metric: null },
        ],
      },
    },
    "ok",
  ],
];

describe("checks of one machine", () => {
  test("all pass on a good one", () => {
    const spec = clusterWith();
    const [machine] = spec.machines;
    if (machine === undefined) throw new Error("no machine");
    const results = judgeMachine({ cluster: spec, machine, facts: goodMachine });
    expect(results.filter(({ state: how }) => how !== "ok")).toEqual([]);
  });

  test.each(cases)("%s: %s", (...[check, , given, expected]) => {
    const result = judge(check, given);
    expect(result.state).toBe(expected);
    expect(result.remedy === undefined).toBe(expected === "ok");
    expect(result.found["zh-CN"]).not.toBe("");
  });

  test("each one has a case in which it does not pass", () => {
    const spec = clusterWith();
    const [machine] = spec.machines;
    if (machine === undefined) throw new Error("no machine");
    const all = judgeMachine({ cluster: spec, machine, facts: goodMachine }).map(({ check }) => check);
    const tried = new Set(cases.filter(([, , , how]) => how !== "ok").map(([check]) => check));
    expect(all.filter((check) => !tried.has(check))).toEqual([]);
  });

  test("a port in use names its holder and who wanted it", () => {
    expect(judge("ports-free", { facts: listener(2379) }).found.en).toBe(
      "2379/tcp for etcd: held by postgres (7)",
    );
  });

  test("what could not be read is a warning with the reason, never a pass", () => {
    const unknown = [{ fact: "swap", why: "swaps: ended with 1" }];
    expect(judge("swap", { facts: { unknown } })).toMatchObject({
      state: "warning",
      found: { en: "could not be judged: swaps: ended with 1" },
    });
  });
});

describe("waivers", () => {
  const swap = { swap: [{ device: "/swap", kind: "file", sizeBytes: 1 }] };
  const waive = (entry: object): object => ({
    preflight: { waive: [{ check: "swap", reason: "moved next week", ...entry }] },
  });

  test("turn a failure into a waived result that carries the reason", () => {
    expect(judge("swap", { facts: swap, cluster: waive({}) })).toMatchObject({
      state: "waived",
      reason: "moved next week",
    });
    expect(judge("swap", { facts: swap, cluster: waive({ machines: ["m1"] }) }).state).toBe("waived");
  });

  test("hold for the machines and the check they name, and no other", () => {
    expect(judge("swap", { facts: swap, cluster: waive({ machines: ["m2"] }) }).state).toBe("failed");
    expect(judge("swap", { facts: swap, cluster: waive({ check: "memory" }) }).state).toBe("failed");
  });

  test("leave a check that passes as it is", () => {
    expect(judge("swap", { cluster: waive({}) })).toMatchObject({ state: "ok" });
  });
});

describe("disk latency for etcd", () => {
  const at = (
    p99Ms: number,
    method: "fio" | "dd" = "fio",
    cluster: object = {},
  ): CheckResult["state"] | undefined => {
    const spec = clusterWith(cluster);
    const [machine] = spec.machines;
    if (machine === undefined) throw new Error("no machine");
    const latency = {
      measuredAt: 0,
      method,
      path: "/",
      mount: "/",
      source: "/dev/sda",
      samples: 900,
      p50Ms: 1,
      p99Ms,
      maxMs: p99Ms,
    };
    return judgeEtcd(spec, machine, latency)[0]?.state;
  };

  test("passes up to 5 ms, warns up to 10 ms, fails above", () => {
    expect([4.9, 5, 5.1, 10, 10.1].map((p99) => at(p99))).toEqual([
      "ok",
      "ok",
      "warning",
      "warning",
      "failed",
    ]);
  });

  test("only warns where dd had to measure, whose tail is not the disk's alone", () => {
    expect(at(50, "dd")).toBe("warning");
  });

  test("can be waived", () => {
    expect(at(50, "fio", { preflight: { waive: [{ check: "etcd-disk-latency", reason: "a lab" }] } })).toBe(
      "waived",
    );
  });
});
