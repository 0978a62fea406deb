import { describe, expect, test } from "vitest";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import type { OperationParameters } from "../../contract/parameters.ts";
import { editedSpec } from "./leave-edit.ts";
import { judgeRemoval, parseHealthy, parseMembers } from "./leave-etcd.ts";
import { departures, leavingAlive, resetParameters } from "./leave-rules.ts";

const cluster = (controlPlanes: number, workers: number, endpoint: object = { virtualIp: "10.0.0.10" }) =>
  ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: "site-a",
    endpoint,
    machines: Array.from({ length: controlPlanes + workers }, (_, index) => ({
      name: `n${index + 1}`,
      address: `10.0.0.${11 + index}`,
      roles: [index < controlPlanes ? "control-plane" : "worker"],
    })),
  });

const leave = (applied: ClusterSpec, without: string[], parameters: OperationParameters = {}) =>
  departures({ cluster: editedSpec(applied, { without }), applied, parameters });

const codeOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
};

describe("machines that an edited spec lets go", () => {
  test("are those of the applied spec that it does not name any more", () => {
    const applied = cluster(3, 2);
    expect(leave(applied, ["n2", "n5"]).departing?.map(({ name }) => name)).toEqual(["n2", "n5"]);
    expect(leave(applied, [])).toEqual({});
    expect(departures({ cluster: applied, applied: undefined, parameters: {} })).toEqual({});
  });

  test("are worked on unless they are dead", () => {
    const parameters = leave(cluster(3, 2), ["n2", "n5"], { dead: ["n2"] });
    expect(parameters.dead).toEqual(["n2"]);
    expect(leavingAlive(parameters).map(({ name }) => name)).toEqual(["n5"]);
  });

  test.each([
    ["every control plane", cluster(3, 1), ["n1", "n2", "n3"], {}, "LAST_CONTROL_PLANE"],
    [
      "two dead control planes of three",
      cluster(3, 1),
      ["n1", "n2"],
      { dead: ["n1", "n2"] },
      "ETCD_QUORUM_GONE",
    ],
    ["one dead control plane of two", cluster(2, 1), ["n1"], { dead: ["n1"] }, "ETCD_QUORUM_GONE"],
    ["the machine whose address is the API's", cluster(2, 1, {}), ["n1"], {}, "ENDPOINT_LEAVES"],
  ])("may not be %s", (...[, applied, without, parameters, code]) => {
    expect(codeOf(() => leave(applied, without, parameters))).toBe(code);
  });

  test.each([
    ["one dead control plane of three", cluster(3, 1), ["n1"], { dead: ["n1"] }],
    ["two living control planes of three", cluster(3, 1), ["n1", "n2"], {}],
    ["every worker", cluster(1, 2), ["n2", "n3"], {}],
  ])("may be %s", (...[, applied, without, parameters]) => {
    expect(leave(applied, without, parameters).departing).toHaveLength(without.length);
  });

  test("new control planes do not count for the old ones that hold the data", () => {
    const applied = cluster(1, 0);
    const [machine] = cluster(3, 0).machines.slice(1);
    if (machine === undefined) throw new Error("no machine");
    const edited = { ...applied, machines: [machine] };
    expect(codeOf(() => departures({ cluster: edited, applied, parameters: {} }))).toBe("LAST_CONTROL_PLANE");
  });

  test.each([
    ["network.proxyMode", { proxyMode: "iptables" }],
    ["network.flannel.backend", { flannel: { backend: "host-gw" } }],
    ["network.mtu", { mtu: 1400 }],
  ])("a change of %s, which would cut pods off, is refused by name", (field, network) => {
    const applied = cluster(1, 1);
    const edited = { ...applied, network: { ...applied.network, ...network } } as typeof applied;
    expect(() => departures({ cluster: edited, applied, parameters: {} })).toThrow(
      expect.objectContaining({
        code: "CLUSTER_CHANGE_REFUSED",
        params: expect.objectContaining({ field }) as unknown,
      }) as Error,
    );
  });

  test("cannot be called dead while they stay, nor be given parameters of other workflows", () => {
    expect(codeOf(() => leave(cluster(3, 1), ["n4"], { dead: ["n3"] }))).toBe("USAGE");
    expect(codeOf(() => leave(cluster(3, 1), ["n4"], { snapshot: "x" }))).toBe("USAGE");
  });
});

describe("an edited spec", () => {
  test("names what it does not know, and what it knows already", () => {
    const applied = cluster(1, 1);
    expect(codeOf(() => editedSpec(applied, { without: ["n9"] }))).toBe("MACHINES_UNKNOWN");
    expect(codeOf(() => editedSpec(applied, { with: [...applied.machines] }))).toBe("MACHINES_KNOWN");
    expect(codeOf(() => editedSpec(applied, { without: ["n1"] }))).toBe("LAST_CONTROL_PLANE");
  });

  test("may let a machine go and take it back", () => {
    const applied = cluster(1, 1);
    const machines = applied.machines.filter(({ name }) => name === "n2");
    expect(editedSpec(editedSpec(applied, { without: ["n2"] }), { with: machines })).toEqual(applied);
  });
});

describe("a reset", () => {
  test("leaves dead machines out, which the spec has to name", () => {
    const spec = cluster(3, 1);
    expect(resetParameters({ cluster: spec, applied: spec, parameters: { dead: ["n3"] } })).toEqual({
      dead: ["n3"],
    });
    expect(
      codeOf(() => resetParameters({ cluster: spec, applied: spec, parameters: { dead: ["n9"] } })),
    ).toBe("MACHINES_UNKNOWN");
  });
});

describe("a member of etcd", () => {
  const line = (id: string, n: number, learner = false): string =>
    `${id}, started, n${n}, https://10.0.0.1${n}:2380, https://10.0.0.1${n}:2379, ${String(learner)}`;
  const three = [line("8e9e05c52164694d", 1), line("91bc3c398fb3c146", 2), line("fd422379fda50e48", 3)];
  const well = (...numbers: number[]): ReadonlySet<string> =>
    parseHealthy(
      JSON.stringify(
        [1, 2, 3].map((n) => ({ endpoint: `https://10.0.0.1${n}:2379`, health: numbers.includes(n) })),
      ),
    );
  const removal = (lines: readonly string[], healthy: ReadonlySet<string>, n: number) =>
    judgeRemoval(parseMembers(`${lines.join("\n")}\n`), healthy, { name: `n${n}`, address: `10.0.0.1${n}` });

  test("goes while the others are well, by an id that no number holds", () => {
    expect(removal(three, well(1, 2, 3), 3)).toEqual({ state: "allowed", id: "fd422379fda50e48", left: 2 });
    expect(removal(three, well(1, 2), 3)).toEqual({ state: "allowed", id: "fd422379fda50e48", left: 2 });
    expect(removal(three.slice(0, 2), well(1, 2), 2)).toMatchObject({ state: "allowed", left: 1 });
  });

  test("stays when those that are left would have no majority that is well", () => {
    expect(removal(three, well(1, 3), 3)).toEqual({ state: "refused", healthy: 1, needed: 2, left: 2 });
    expect(removal(three.slice(0, 1), well(1), 1)).toMatchObject({ state: "refused", left: 0 });
    expect(removal(three, new Set(), 3)).toMatchObject({ state: "refused" });
  });

  test("that learns does not vote", () => {
    expect(removal([...three.slice(0, 2), line("fd422379fda50e48", 3, true)], well(1, 2, 3), 2)).toEqual({
      state: "allowed",
      id: "91bc3c398fb3c146",
      left: 1,
    });
  });

  test("that never started is known by its address, and one that is gone is absent", () => {
    const unstarted = "fd422379fda50e48, unstarted, , https://10.0.0.13:2380, , false";
    expect(removal([...three.slice(0, 2), unstarted], well(1, 2), 3)).toMatchObject({ state: "allowed" });
    expect(removal(three.slice(0, 2), well(1, 2), 3)).toEqual({ state: "absent" });
  });
});
