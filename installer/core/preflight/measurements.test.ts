import { describe, expect, test } from "vitest";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { goodMachine } from "../../../test/fixtures/inventory/good-machine.ts";
import { checkCatalogue, checkIds } from "./catalogue.ts";
import { parseLatency } from "./latency.ts";
import { parseReach, peersOf, reachArguments } from "./reach.ts";

const clusterOf = (count: number): ClusterSpec =>
  ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: "prod",
    machines: Array.from({ length: count }, (_, index) => ({
      name: `m${index}`,
      address: `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`,
      roles: [index < 3 ? "control-plane" : "worker"],
    })),
  });

describe("disk latency", () => {
  const at = { space: goodMachine.space, measuredAt: 7 };

  test("is the nearest-rank percentile of the durations, in milliseconds", () => {
    const durations = Array.from({ length: 100 }, (_, index) => (index + 1) * 100).toReversed();
    expect(parseLatency(`perl\t/var/lib/etcd\n${durations.join("\n")}\n`, at)).toEqual({
      measuredAt: 7,
      method: "perl",
      path: "/var/lib/etcd",
      mount: "/var/lib/etcd",
      source: "/dev/sda1",
      samples: 100,
      p50Ms: 5,
      p99Ms: 9.9,
      maxMs: 10,
    });
  });

  test("is freed of what dd itself costs", () => {
    const body = [
      "baseline 900",
      "baseline 1000",
      "baseline 5000",
      ...Array.from({ length: 50 }, () => "3000"),
    ];
    expect(parseLatency(`dd\t/x\n${body.join("\n")}`, at)).toMatchObject({ p50Ms: 2, p99Ms: 2, samples: 50 });
  });

  test("is read from fio's own percentiles, whatever fio says before them", () => {
    const latency = { N: 9566, max: 57197000, percentile: { "50.000000": 212000, "99.000000": 7700000 } };
    const json = JSON.stringify({ jobs: [{ sync: { total_ios: 0, lat_ns: latency } }] });
    expect(parseLatency(`fio\t/x\nfio: a note\n${json}`, at)).toMatchObject({
      samples: 9566,
      p50Ms: 0.212,
      p99Ms: 7.7,
      maxMs: 57.197,
    });
  });

  test.each(["", "perl\t/x\n", "perl\t/x\n12\n13\n", "fio\t/x\n{}", "fio\t/x\nno json", "guess\t/x\n1"])(
    "is unknown, not zero, for %j",
    (output) => expect(parseLatency(output, at)).toBeUndefined(),
  );
});

describe("reachability", () => {
  const cluster = clusterOf(4);
  const peers = peersOf(cluster, "m0");

  test("everyone measures everyone in a small cluster", () => {
    expect(peers.map(({ name }) => name)).toEqual(["m1", "m2", "m3"]);
  });

  test("a thousand machines measure the control planes and a stretch of the ring, and each is measured", () => {
    const large = clusterOf(1000);
    const measured = new Map<string, number>();
    for (const { name } of large.machines) {
      const own = peersOf(large, name).map((peer) => peer.name);
      expect(own.length).toBeLessThanOrEqual(35);
      expect(own).not.toContain(name);
      for (const other of own) measured.set(other, (measured.get(other) ?? 0) + 1);
    }
    expect(Math.min(...measured.values())).toBeGreaterThanOrEqual(32);
    expect(measured.size).toBe(1000);
  });

  test("the script is given name, address, port and the size of the way out", () => {
    expect(reachArguments(peers.slice(0, 1), { facts: goodMachine, cluster })).toEqual([
      "m1",
      "10.0.0.2",
      "22",
      "1500",
    ]);
  });

  test("a peer that the answer leaves out was not reached", () => {
    const output = "perl\nm1 0.52 0.31 1500\nm2 - - -\n";
    expect(parseReach(output, { peers, facts: goodMachine })).toEqual({
      method: "perl",
      peers: [
        { machine: "m1", tcpMs: 0.52, pingMs: 0.31, egressMtu: 1500, pathMtu: 1500 },
        { machine: "m2", tcpMs: null, pingMs: null, egressMtu: 1500, pathMtu: null },
        { machine: "m3", tcpMs: null, pingMs: null, egressMtu: 1500, pathMtu: null },
      ],
    });
  });
});

describe("the catalogue of checks", () => {
  test("has unique names that can be typed into a waiver", () => {
    expect(new Set(checkIds).size).toBe(checkIds.length);
    expect(checkIds.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([]);
  });

  test("says in both languages what each check is, why, and what to do", () => {
    for (const { title, why, remedy } of checkCatalogue()) {
      for (const sentence of [title, why, remedy]) {
        expect(sentence.en).toMatch(/\S/);
        expect(sentence["zh-CN"]).toMatch(/\S/);
      }
      expect(why["zh-CN"]).toMatch(/[\u4e00-\u9fff]/);
    }
  });
});
