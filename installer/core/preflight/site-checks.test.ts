import { describe, expect, test } from "vitest";
import type { MachineFacts } from "../../contract/facts.ts";
import type { CheckResult, PeerReach, Reachability } from "../../contract/preflight.ts";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { goodMachine } from "../../../test/fixtures/inventory/good-machine.ts";
import { APPLIANCE } from "../contract.ts";
import { judgeSite } from "./judge.ts";

const names = ["m1", "m2", "m3"] as const;

const clusterWith = (fields: object = {}): ClusterSpec =>
  ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: "prod",
    machines: names.map((name, index) => ({
      name,
      address: `10.0.0.1${index + 1}`,
      roles: ["control-plane"],
    })),
    ...fields,
  });

/** The good machine with everything its own that must differ from machine to machine. */
const distinct = (index: number): MachineFacts => ({
  ...goodMachine,
  identity: { ...goodMachine.identity, hostname: `m${index}`, machineId: `${index}`.repeat(32) },
  dmi: { ...goodMachine.dmi, uuid: `uuid-${index}` },
  interfaces: goodMachine.interfaces.map((device) => ({
    ...device,
    mac: `52:54:00:00:00:0${index}`,
    addresses: device.addresses.map((address) => ({ ...address, address: `10.0.0.1${index}` })),
  })),
});

const peer = (machine: string, fields: Partial<PeerReach> = {}): PeerReach => ({
  machine,
  tcpMs: 0.5,
  pingMs: 0.3,
  egressMtu: 1500,
  pathMtu: 1500,
  ...fields,
});

interface Case {
  readonly cluster?: object;
  /** Differences of the second machine. */
  readonly second?: (facts: MachineFacts) => MachineFacts;
  readonly offsets?: readonly number[];
  readonly uncertaintyMs?: number;
  /** What the first machine measured towards the second. */
  readonly reach?: Partial<PeerReach>;
}

const judge = ({
  cluster = {},
  second,
  offsets = [0, 3, 9],
  uncertaintyMs = 5,
  reach = {},
}: Case = {}): CheckResult[] => {
  const facts = new Map(
    names.map((name, index) => {
      const own = distinct(index + 1);
      const timed = { ...own, time: { ...own.time, offsetMs: offsets[index] ?? 0, uncertaintyMs } };
      return [name, index === 1 && second !== undefined ? second(timed) : timed];
    }),
  );
  const matrix = new Map(
    names.map((name): [string, Reachability] => [
      name,
      {
        method: "perl",
        peers: names
          .filter((other) => other !== name)
          .map((other) => peer(other, name === "m1" && other === "m2" ? reach : {})),
      },
    ]),
  );
  return judgeSite({ cluster: clusterWith(cluster), facts, reach: matrix });
};

/** What did not pass, as `check@machine state`. */
const complaints = (given: Case): string[] =>
  judge(given)
    .filter(({ state }) => state !== "ok")
    .map(({ check, machine, state }) => `${check}@${machine} ${state}`);

const likeFirst =
  (part: (first: MachineFacts) => Partial<MachineFacts>) =>
  (facts: MachineFacts): MachineFacts => ({ ...facts, ...part(distinct(1)) });

const both = (check: string): string[] => [`${check}@m1 failed`, `${check}@m2 failed`];

describe("checks across machines", () => {
  test("pass on three good machines, one result a check", () => {
    expect(complaints({})).toEqual([]);
    expect(judge().every(({ machine }) => machine === APPLIANCE)).toBe(true);
  });

  test("name both machines of a duplicate", () => {
    expect(complaints({ second: likeFirst(({ identity }) => ({ identity })) })).toEqual([
      ...both("unique-hostname"),
      ...both("unique-machine-id"),
    ]);
    expect(complaints({ second: likeFirst(({ dmi }) => ({ dmi })) })).toEqual(both("unique-product-uuid"));
    expect(complaints({ second: likeFirst(({ interfaces }) => ({ interfaces })) })).toEqual([
      ...both("unique-mac"),
      ...both("unique-address"),
    ]);
  });

  test("take host names that differ in case for the same", () => {
    const shout = (facts: MachineFacts): MachineFacts => ({
      ...facts,
      identity: { ...facts.identity, hostname: "M1" },
    });
    expect(complaints({ second: shout })).toEqual(both("unique-hostname"));
  });

  test("do not take the host's product uuid, seen in two containers, for a duplicate", () => {
    const all = new Map(
      names.map((name, index) => [name, { ...distinct(index + 1), dmi: { ...goodMachine.dmi, own: false } }]),
    );
    const results = judgeSite({ cluster: clusterWith(), facts: all, reach: new Map() });
    expect(results.find(({ check }) => check === "unique-product-uuid")?.state).toBe("ok");
  });

  test("can be waived by name", () => {
    const waive = [{ check: "unique-product-uuid", reason: "cheap boards" }];
    expect(
      complaints({ second: likeFirst(({ dmi }) => ({ dmi })), cluster: { preflight: { waive } } }),
    ).toEqual(["unique-product-uuid@m1 waived", "unique-product-uuid@m2 waived"]);
  });
});

describe("clocks", () => {
  test("half a second apart is the limit", () => {
    expect(complaints({ offsets: [0, 0, 490] })).toEqual([]);
    expect(complaints({ offsets: [0, 0, 520] })).toEqual(["clock-offset@m3 failed"]);
  });

  test("blame the odd one out, behind as well as ahead", () => {
    expect(complaints({ offsets: [0, -7200_000, 4] })).toEqual(["clock-offset@m2 failed"]);
  });

  test("only warn when the measurement is too vague to tell", () => {
    expect(complaints({ offsets: [0, 0, 520], uncertaintyMs: 100 })).toEqual(["clock-offset@m3 warning"]);
  });

  test("point at the appliance when the machines agree with one another", () => {
    expect(complaints({ offsets: [9000, 9001, 9002] })).toEqual(["appliance-clock@@appliance warning"]);
  });

  test("warn of a machine whose clock could not be measured", () => {
    const mute = (facts: MachineFacts): MachineFacts => ({
      ...facts,
      time: { ...facts.time, offsetMs: null },
    });
    expect(complaints({ second: mute })).toEqual(["clock-offset@m2 warning"]);
  });
});

describe("the ways between machines", () => {
  test("fail when neither connection nor echo comes through", () => {
    expect(complaints({ reach: { tcpMs: null, pingMs: null, pathMtu: null } })).toEqual([
      "reachability@m1 failed",
    ]);
  });

  test("warn of a firewall when only the echo does", () => {
    expect(complaints({ reach: { tcpMs: null } })).toEqual(["firewall-between@m1 warning"]);
  });

  test("are fine without echo, but then the path's size is not known", () => {
    expect(complaints({ reach: { pingMs: null, pathMtu: null } })).toEqual(["path-mtu@m1 warning"]);
  });

  test("fail when large packets vanish", () => {
    expect(complaints({ reach: { pathMtu: 1400 } })).toEqual(["path-mtu@m1 failed"]);
  });

  test("warn when the machines do not agree on a size", () => {
    expect(complaints({ reach: { egressMtu: 9000, pathMtu: 9000 } })).toEqual([
      "path-mtu@@appliance warning",
    ]);
  });
});

describe("the spec against the site", () => {
  test("refuses networks that overlap, and a pod network without room", () => {
    expect(complaints({ cluster: { network: { pods: "10.96.0.0/12" } } })).toEqual([
      "networks-apart@@appliance failed",
    ]);
    expect(complaints({ cluster: { network: { pods: "10.244.0.0/23" } } })).toEqual([
      "pod-network-size@@appliance failed",
    ]);
    expect(complaints({ cluster: { network: { pods: "10.244.0.0/22" } } })).toEqual([
      "pod-network-size@@appliance warning",
    ]);
  });

  test("warns of two control planes", () => {
    const machines = names.map((name, index) => ({
      name,
      address: `10.0.0.1${index + 1}`,
      roles: [index < 2 ? "control-plane" : "worker"],
    }));
    expect(complaints({ cluster: { machines } })).toEqual(["etcd-members-odd@@appliance warning"]);
  });
});
