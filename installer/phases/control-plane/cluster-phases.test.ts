import { describe, expect, test } from "vitest";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { kubernetesPaths } from "../../core/cluster/paths.ts";
import type { MemberState } from "../../core/cluster/member-state.ts";
import { FakeRemote } from "../../../test/fakes/remote.ts";
import { assertOneCluster, knownControlPlane, readMemberState } from "../cluster/membership.ts";
import { commonNameservers } from "../cluster/dns.ts";
import { endpointInterface, endpointProbe } from "../endpoint/probe.ts";
import { probeMember } from "./joining.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "site-a",
  endpoint: { virtualIp: "10.0.0.10" },
  machines: [
    { name: "n1", address: "10.0.0.11", roles: ["control-plane"] },
    { name: "n2", address: "10.0.0.12", roles: ["control-plane"] },
    { name: "n3", address: "10.0.0.13", roles: ["control-plane"] },
    { name: "n4", address: "10.0.0.14" },
  ],
});

const stepOn = (name: string, remote: FakeRemote, from: object = {}) =>
  ({
    machine: cluster.machines.find((machine) => machine.name === name),
    target: name,
    cluster,
    parameters: {},
    from,
    ports: { remote },
    signal: new AbortController().signal,
    say: () => undefined,
    waiting: () => undefined,
    progress: () => undefined,
  }) as never;

const state = (over: Partial<MemberState>): MemberState => ({
  stage: null,
  ca: null,
  version: null,
  settings: { pods: null, services: null, domain: null, endpoint: null },
  traces: [],
  kubelet: "inactive",
  bootstrapped: false,
  live: false,
  ready: false,
  ...over,
});

/** Answers the script that reads a machine's state, and kubelet's question for its own node. */
const machineWith = (lines: string, nodeStatus = "200"): FakeRemote =>
  new FakeRemote().on("*", ({ words }) =>
    words[0]?.includes("stage %s") === true ? { stdout: lines } : { stdout: nodeStatus },
  );

describe("a machine's state", () => {
  test("that Slipway did not make is refused, and nothing is changed", async () => {
    const remote = machineWith("stage \ntrace /etc/kubernetes/admin.conf\nkubelet active\n");
    await expect(readMemberState(stepOn("n1", remote))).rejects.toMatchObject({
      code: "CLUSTER_STATE_FOREIGN",
    });
    expect(remote.writes).toEqual([]);
  });

  test("half done by Slipway itself is recognised and goes on", async () => {
    const remote = machineWith("stage joining\ntrace /etc/kubernetes/kubelet.conf\nkubelet active\n");
    const verdict = await probeMember(stepOn("n2", remote));
    expect(verdict).toMatchObject({ state: "needed", why: { en: "its join was not completed" } });
  });
});

describe("a member's probe", () => {
  const joined = "stage joined\nca abc\nkubelet active\nbootstrapped yes\n";

  test.each([
    ["is satisfied when the API knows the node", joined, "200", "satisfied"],
    ["does not doubt membership while the API is away", joined, "000", "satisfied"],
    ["asks for a join when the API has lost the node", joined, "404", "needed"],
    ["asks for one when kubelet has stopped", joined.replace("active", "failed"), "200", "needed"],
    ["asks for one on an untouched machine", "stage \nkubelet inactive\n", "000", "needed"],
  ])("%s", async (...[, lines, status, expected]) => {
    const remote = machineWith(lines, status);
    expect((await probeMember(stepOn("n4", remote))).state).toBe(expected);
    expect(remote.writes).toEqual([]);
  });
});

describe("the control plane that is asked", () => {
  test("is one whose API is ready, else any member, else none", () => {
    const founded = state({ stage: "founded", ca: "abc" });
    const states = (over: Partial<MemberState>) =>
      new Map([
        ["n1", founded],
        ["n2", { ...founded, ...over }],
      ]);
    expect(knownControlPlane(cluster, states({ ready: true }))?.name).toBe("n2");
    expect(knownControlPlane(cluster, states({}))?.name).toBe("n1");
    expect(knownControlPlane(cluster, new Map([["n1", state({ stage: "founding" })]]))).toBeUndefined();
  });

  test("must not be of another cluster than the rest", () => {
    const of = (ca: string): MemberState => state({ stage: "joined", ca });
    expect(() =>
      assertOneCluster(
        new Map([
          ["n1", of("a")],
          ["n2", of("b")],
        ]),
      ),
    ).toThrow(expect.objectContaining({ code: "CLUSTERS_DIFFER" }));
    expect(() =>
      assertOneCluster(
        new Map([
          ["n1", of("a")],
          ["n2", state({})],
        ]),
      ),
    ).not.toThrow();
  });
});

describe("the virtual address", () => {
  const facts = new Map(
    cluster.machines.map(({ name, address }, index) => [
      name,
      {
        interfaces: [
          { name: "lo", mac: null, addresses: [] },
          { name: `eth${index}`, mac: `02:00:00:00:00:0${index}`, addresses: [{ address }] },
        ],
      },
    ]),
  );
  const answering = (stdout: string): FakeRemote => new FakeRemote().on("*", () => ({ stdout }));
  const probe = (stdout: string) => endpointProbe.probe(stepOn("n1", answering(stdout), { facts }));

  test.each([
    ["free", null],
    ["own", "n1"],
    ["02:00:00:00:00:01", "n2"],
  ])("%s may be taken", async (stdout, holder) => {
    expect(await probe(`${stdout}\n`)).toEqual({
      state: "satisfied",
      output: { interface: "eth0", holder },
    });
  });

  test("may be held by a control plane that is about to leave", async () => {
    const leaver = { name: "n9", address: "10.0.0.19", roles: ["control-plane"] };
    const remote = new FakeRemote()
      .on("n1", () => ({ stdout: "de:ad:be:ef:00:01\n" }))
      .on("n9", ({ words }) => ({ code: words.at(-1) === cluster.endpoint.virtualIp ? 0 : 1 }));
    const step = { ...(stepOn("n1", remote, { facts }) as object), parameters: { departing: [leaver] } };
    expect(await endpointProbe.probe(step as never)).toMatchObject({ output: { holder: "n9" } });
  });

  test("of somebody else is refused by name", async () => {
    await expect(probe("de:ad:be:ef:00:01\n")).rejects.toMatchObject({ code: "VIRTUAL_IP_TAKEN" });
  });

  test("goes to the interface with the machine's address, or the one the spec names", () => {
    const machine = facts.get("n2") as never;
    expect(endpointInterface(machine, { address: "10.0.0.12", wanted: undefined })).toBe("eth1");
    expect(endpointInterface(machine, { address: "10.0.0.12", wanted: "bond0" })).toBeUndefined();
  });
});

describe("name servers", () => {
  const machine = (...nameservers: string[]) => ({ resolution: { nameservers } }) as never;

  test("are those that every machine knows and a pod can reach", () => {
    const known = new Map([
      ["n1", machine("127.0.0.53", "10.0.0.53", "10.0.0.54")],
      ["n2", machine("10.0.0.54")],
    ]);
    expect(commonNameservers(known)).toEqual(["10.0.0.54"]);
    expect(commonNameservers(new Map([["n1", machine()]]))).toEqual([]);
  });
});

test("what only kubeadm needs is gone after a reboot, secrets included", () => {
  for (const path of [kubernetesPaths.kubeadmConfig, kubernetesPaths.discovery]) {
    expect(path.startsWith("/run/")).toBe(true);
  }
});
