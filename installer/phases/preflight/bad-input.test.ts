import { describe, expect, test } from "vitest";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { MemberState } from "../../core/cluster/member-state.ts";
import type { Release } from "../../core/ports/release.ts";
import { goodMachine } from "../../../test/fixtures/inventory/good-machine.ts";
import { FakeRemote } from "../../../test/fakes/remote.ts";
import { connect } from "../machine/connect.ts";
import { enlist } from "../machine/enlist.ts";
import { preflightCluster } from "./cluster.ts";
import { preflightRelease } from "./release.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "site-a",
  bundle: "1.37",
  machines: [
    { name: "n1", address: "10.0.0.11", roles: ["control-plane"] },
    { name: "n2", address: "10.0.0.12" },
  ],
});

const day = 86_400_000;
const now = Date.parse("2026-11-21T00:00:00Z");

interface Site {
  readonly from?: object;
  readonly created?: number;
  readonly authorityFrom?: number;
  readonly bundle?: "absent";
  readonly remote?: FakeRemote;
  readonly target?: string;
}

/** A step's context on a site where all is well but for what a test says. */
const stepOf = (site: Site) =>
  ({
    cluster,
    machine: cluster.machines.find(({ name }) => name === site.target),
    target: site.target ?? "@appliance",
    from: site.from ?? { facts: new Map([["n1", goodMachine]]) },
    signal: new AbortController().signal,
    say: () => undefined,
    ports: {
      remote: site.remote,
      clock: { now: () => now },
      releases: {
        open: async () => {
          if (site.bundle === "absent") {
            throw SlipwayError.of("RELEASE_NOT_FOUND", {
              bundle: cluster.bundle,
              kubernetes: cluster.kubernetes.version,
              known: "-",
            });
          }
          return { version: "1.37.1", bundle: "sha256:x", created: site.created ?? now - day } as Release;
        },
      },
      siteCa: {
        certificate: async () => "pem",
        inspect: async () => ({ notBefore: site.authorityFrom ?? now - day }),
      },
    },
  }) as never;

const member = (over: Partial<MemberState> = {}): MemberState => ({
  stage: "joined",
  ca: "aa",
  version: null,
  settings: { pods: null, services: null, domain: null, endpoint: null },
  traces: [],
  kubelet: "active",
  bootstrapped: true,
  live: true,
  ready: true,
  ...over,
});

const withMembers = (n1: Partial<MemberState>, n2: Partial<MemberState> = {}): Site => ({
  from: {
    members: new Map([
      ["n1", member({ stage: "founded", version: "v1.37.1", ...n1 })],
      ["n2", member(n2)],
    ]),
  },
});

describe("before a machine is enlisted", () => {
  test("a good site passes", async () => {
    expect(await preflightRelease.probe(stepOf({}))).toMatchObject({
      state: "satisfied",
      output: { version: "1.37.1" },
    });
    expect(await preflightCluster.probe(stepOf(withMembers({})))).toMatchObject({
      output: { running: "v1.37.1" },
    });
  });

  test("a bundle that the store does not hold is refused by name", async () => {
    await expect(preflightRelease.probe(stepOf({ bundle: "absent" }))).rejects.toMatchObject({
      code: "RELEASE_NOT_FOUND",
      params: { bundle: "1.37", kubernetes: "v1.37.1" },
    });
  });

  test.each([
    ["the bundle was made", { created: now + day }, "bundle 1.37.1"],
    ["the site's authority was made", { authorityFrom: now + 60_000 }, "site CA"],
  ])("a clock earlier than %s is refused", async (_, site, what) => {
    await expect(preflightRelease.probe(stepOf(site))).rejects.toMatchObject({
      code: "APPLIANCE_CLOCK_PAST",
      params: { what },
    });
  });

  test.each([
    ["a newer version", "v1.37.2", "CLUSTER_DOWNGRADE"],
    ["a newer minor version", "v1.38.0", "CLUSTER_DOWNGRADE"],
    ["an older patch", "v1.37.0", "CLUSTER_VERSION_DIFFERS"],
    ["a version two minors back", "v1.35.4", "CLUSTER_MINOR_SKIPPED"],
  ])("a cluster that runs %s is left alone", async (_, running, code) => {
    await expect(preflightCluster.probe(stepOf(withMembers({ version: running })))).rejects.toMatchObject({
      code,
      machine: "n1",
      params: { running, wanted: "v1.37.1", cluster: "site-a" },
    });
  });

  test("a machine whose cluster has another authority is refused", async () => {
    await expect(preflightCluster.probe(stepOf(withMembers({}, { ca: "bb" })))).rejects.toMatchObject({
      code: "CLUSTERS_DIFFER",
      params: { machine: "n1", other: "n2" },
    });
  });

  test.each([
    ["network.pods", { pods: "10.200.0.0/16" }, "10.200.0.0/16", "10.244.0.0/16"],
    ["network.services", { services: "10.97.0.0/16" }, "10.97.0.0/16", "10.96.0.0/16"],
    ["network.domain", { domain: "site.lan" }, "site.lan", "cluster.local"],
    ["endpoint", { endpoint: "10.0.0.10:6443" }, "10.0.0.10:6443", "10.0.0.11:6443"],
  ])(
    "a change of %s is refused with both values, also on a half-made cluster",
    async (...[field, own, running, wanted]) => {
      const settings = { pods: null, services: null, domain: null, endpoint: null, ...own };
      await expect(
        preflightCluster.probe(stepOf(withMembers({ stage: "founding", settings }))),
      ).rejects.toMatchObject({
        code: "CLUSTER_CHANGE_REFUSED",
        machine: "n1",
        params: { cluster: "site-a", field, running, wanted },
      });
    },
  );

  test("a half-made member does not count as running", async () => {
    const site = withMembers({ stage: "founding", version: "v1.30.0" }, { stage: null, ca: null });
    expect(await preflightCluster.probe(stepOf(site))).toMatchObject({ output: { running: null } });
  });

  test("a machine with another cluster's mark is refused, and nothing is written there", async () => {
    const remote = new FakeRemote().file(
      "n2",
      "/etc/slipway/machine.json",
      JSON.stringify({ cluster: "site-b", machine: "m9", member: true }),
    );
    await expect(enlist.probe(stepOf({ remote, target: "n2" }))).rejects.toMatchObject({
      code: "MACHINE_BELONGS_TO_ANOTHER",
      params: { machine: "n2", otherCluster: "site-b", otherMachine: "m9" },
    });
    expect(remote.writes).toEqual([]);
  });

  test("a user who may not become root is refused at the login, and nothing is run", async () => {
    const remote = new FakeRemote().failWith("n2", "SUDO_REFUSED", { kind: "login" });
    await expect(connect.probe(stepOf({ remote, target: "n2" }))).rejects.toMatchObject({
      code: "SUDO_REFUSED",
      machine: "n2",
    });
    expect(remote.calls.map(({ kind }) => kind)).toEqual(["login"]);
  });
});
