import { describe, expect, test } from "vitest";
import type { MachineFacts } from "../contract/facts.ts";
import { ClusterSpec } from "../contract/spec/cluster.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { dryRun } from "../core/dry-run.ts";
import { buildGraph, needsOf, type Graph } from "../core/graph.ts";
import type { AnyPhase } from "../core/phase.ts";
import { assemblePlan } from "../core/plan.ts";
import type { Ports } from "../core/ports/index.ts";
import { goodMachine } from "../../test/fixtures/inventory/good-machine.ts";
import { FakeRemote } from "../../test/fakes/remote.ts";
import { preflightAdmission } from "../phases/preflight/admission.ts";
import { bootstrap } from "./bootstrap.ts";

const now = Date.parse("2026-11-21T00:00:00Z");
const day = 86_400_000;

const specOf = (over: object = {}): ClusterSpec =>
  ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: "site-a",
    bundle: "1.37",
    endpoint: { virtualIp: "10.0.0.10" },
    machines: [
      { name: "n1", address: "10.0.0.11", roles: ["control-plane"] },
      { name: "n2", address: "10.0.0.12" },
    ],
    ...over,
  });

const machineOf = (number: number): MachineFacts => ({
  ...goodMachine,
  identity: { ...goodMachine.identity, hostname: `n${number}`, machineId: String(number).repeat(32) },
  dmi: { ...goodMachine.dmi, uuid: `00000000-1111-2222-3333-00000000000${number}` },
  interfaces: goodMachine.interfaces.map((device) => ({
    ...device,
    mac: `52:54:00:00:00:0${number}`,
    permanentMac: `52:54:00:00:00:0${number}`,
    addresses: device.addresses.map((entry) => ({ ...entry, address: `10.0.0.1${number}` })),
  })),
  routes: goodMachine.routes.map((route) =>
    route.source === null ? route : { ...route, source: `10.0.0.1${number}` },
  ),
  resolution: { ...goodMachine.resolution, ownName: [`10.0.0.1${number}`] },
});

interface Site {
  readonly spec?: object;
  readonly facts?: Readonly<Record<string, Partial<MachineFacts>>>;
  /** What a machine prints about the cluster it is in. */
  readonly member?: Readonly<Record<string, string>>;
  readonly mark?: object;
  /** Who answers for the virtual address. */
  readonly holder?: string;
  readonly bundle?: "absent";
  readonly created?: number;
  readonly fault?: "SUDO_REFUSED";
}

const remoteOf = ({ member = {}, mark, holder = "free", fault }: Site): FakeRemote => {
  const remote = new FakeRemote().on("*", ({ words, machine }) => {
    const [script = ""] = words;
    if (script.includes("kubernetes-stage")) return { stdout: member[machine] ?? "" };
    if (script.includes("ip -4 neigh")) return { stdout: `${holder}\n` };
    if (script.includes("stat -c")) return { stdout: "absent\n" };
    return undefined;
  });
  if (mark !== undefined) remote.file("n2", "/etc/slipway/machine.json", JSON.stringify(mark));
  return fault === undefined ? remote : remote.failWith("n2", fault, { kind: "login" });
};

/** Answers of the phases whose scripts gather what only a real machine has. */
const gathered = (site: Site, step: { phase: string; machine: string }): unknown => {
  if (step.phase === "machine.inventory")
    return { ...machineOf(Number(step.machine.slice(1))), ...site.facts?.[step.machine] };
  return step.phase === "preflight.reachability" ? { method: "perl", peers: [] } : undefined;
};

const withGathered = (graph: Graph, site: Site): Graph => ({
  ...graph,
  phases: new Map(
    [...graph.phases].map(([id, entry]) => [
      id,
      {
        ...entry,
        steps: entry.steps.map((step) => {
          const output = gathered(site, step.ref);
          const phase: AnyPhase = { ...step.phase, probe: async () => ({ state: "satisfied", output }) };
          return output === undefined ? step : { ...step, phase };
        }),
      },
    ]),
  ),
});

/** The plan for a site where all is well but for what a test says, and every call that was made for it. */
const planOf = async (site: Site) => {
  const remote = remoteOf(site);
  const ports = {
    remote,
    clock: { now: () => now, sleep: () => new Promise(() => undefined) },
    secrets: { list: async () => [] },
    releases: {
      open: async () => {
        if (site.bundle === "absent") {
          throw SlipwayError.of("RELEASE_NOT_FOUND", { bundle: "1.37", kubernetes: "v1.37.1", known: "-" });
        }
        return { version: "1.37.1", bundle: "sha256:x", created: site.created ?? now - day };
      },
    },
    siteCa: { certificate: async () => "pem", inspect: async () => ({ notBefore: now - day }) },
  } as unknown as Ports;
  const cluster = specOf(site.spec);
  const graph = buildGraph(bootstrap, cluster, {});
  const { signal } = new AbortController();
  const findings = await dryRun({ graph: withGathered(graph, site), ports, signal, width: 64 });
  return { plan: assemblePlan(graph, findings), remote };
};

const stateOf = (plan: Awaited<ReturnType<typeof planOf>>["plan"], phase: string): string =>
  plan.steps.find(({ step }) => step.phase === phase)?.state ?? "?";

test("a good site is admitted, and its machines are the next thing to be prepared", async () => {
  const { plan, remote } = await planOf({});
  expect(plan.steps.filter(({ state }) => state === "failed")).toEqual([]);
  expect(stateOf(plan, "preflight.admission")).toBe("satisfied");
  expect(stateOf(plan, "machine.prepare")).toBe("needed");
  expect(remote.writes).toEqual([]);
});

const elsewhere = "stage founded\nca aa\nkubelet active\n";

const refusals: readonly (readonly [what: string, site: Site, phase: string, error: object])[] = [
  [
    "a virtual address that another device has",
    { holder: "52:54:00:99:99:99" },
    "endpoint.probe",
    { code: "VIRTUAL_IP_TAKEN", params: { address: "10.0.0.10", owner: "52:54:00:99:99:99" } },
  ],
  [
    "one machine under two names",
    { facts: { n2: { identity: machineOf(1).identity } } },
    "preflight.admission",
    { code: "PREFLIGHT_FAILED", detail: expect.stringContaining("unique-machine-id") },
  ],
  [
    "a pod network that the site uses already",
    { spec: { network: { pods: "10.0.0.0/16", services: "10.96.0.0/16" } } },
    "preflight.admission",
    { code: "PREFLIGHT_FAILED", detail: expect.stringContaining("cidr-overlap") },
  ],
  [
    "an endpoint outside the control planes' subnet",
    { spec: { endpoint: { virtualIp: "10.0.9.10" } } },
    "preflight.admission",
    { code: "PREFLIGHT_FAILED", detail: expect.stringContaining("endpoint.virtualIp 10.0.9.10 is outside") },
  ],
  [
    "a bundle that nobody has imported",
    { bundle: "absent" },
    "preflight.release",
    { code: "RELEASE_NOT_FOUND", params: { bundle: "1.37" } },
  ],
  [
    "a version two minors ahead of the running one",
    { member: { n1: `${elsewhere}version v1.35.2\n` } },
    "preflight.cluster",
    { code: "CLUSTER_MINOR_SKIPPED", params: { running: "v1.35.2", wanted: "v1.37.1" } },
  ],
  [
    "a version older than the running one",
    { member: { n1: `${elsewhere}version v1.38.0\n` } },
    "preflight.cluster",
    { code: "CLUSTER_DOWNGRADE", params: { running: "v1.38.0", wanted: "v1.37.1" } },
  ],
  [
    "a pod network changed after the cluster was begun",
    { member: { n1: "stage founding\nkubelet active\npods 10.250.0.0/16\n" } },
    "preflight.cluster",
    {
      code: "CLUSTER_CHANGE_REFUSED",
      params: { field: "network.pods", running: "10.250.0.0/16", wanted: "10.244.0.0/16" },
    },
  ],
  [
    "a machine that another appliance's cluster has marked",
    { mark: { cluster: "site-b", machine: "m9", member: true } },
    "cluster.membership",
    {
      code: "MACHINE_BELONGS_TO_ANOTHER",
      machine: "n2",
      params: { otherCluster: "site-b", otherMachine: "m9" },
    },
  ],
  [
    "a machine with a cluster that Slipway did not make",
    { member: { n2: "stage \ntrace /etc/kubernetes/kubelet.conf\n" } },
    "cluster.membership",
    { code: "CLUSTER_STATE_FOREIGN", machine: "n2" },
  ],
  [
    "an appliance whose clock is behind",
    { created: now + day },
    "preflight.release",
    { code: "APPLIANCE_CLOCK_PAST", params: { what: "bundle 1.37.1" } },
  ],
  [
    "an SSH user who may not become root",
    { fault: "SUDO_REFUSED" },
    "machine.connect",
    { code: "SUDO_REFUSED", machine: "n2" },
  ],
];

describe("refused in the plan, with nothing begun:", () => {
  test.each(refusals)("%s", async (...[, site, phase, error]) => {
    const { plan, remote } = await planOf(site);
    const failed = plan.steps.filter(({ state }) => state === "failed");
    const refusing = failed.find(({ step }) => step.phase === phase);
    expect(refusing?.state === "failed" ? refusing.error : failed).toMatchObject(error);
    expect(stateOf(plan, "preflight.admission")).not.toBe("satisfied");
    expect(plan.steps.filter(({ effect, state }) => effect === "changes" && state === "needed")).toEqual([]);
    expect(remote.writes).toEqual([]);
  });
});

describe("no change of a machine or a cluster", () => {
  const waitsForAdmission = (phase: AnyPhase): boolean =>
    needsOf(phase).some((need) => need.phase === preflightAdmission || waitsForAdmission(need.phase));

  // Machines leave through those that stay, also when others of them are out of order; and a blank machine can be asked
  // nothing before it is installed: that step has a plan and a confirmation of its own.
  const changing = bootstrap.phases.filter(
    ({ id, effect }) => effect !== "reads" && !/^(?:leave|metal)\./.test(id),
  );

  test.each(changing.map((phase) => [phase.id, phase] as const))("comes before admission: %s", (_, phase) => {
    expect(waitsForAdmission(phase)).toBe(true);
  });
});
