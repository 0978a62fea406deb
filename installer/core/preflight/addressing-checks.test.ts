import { describe, expect, test } from "vitest";
import type { MachineFacts } from "../../contract/facts.ts";
import type { CheckResult } from "../../contract/preflight.ts";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { goodMachine } from "../../../test/fixtures/inventory/good-machine.ts";
import { APPLIANCE } from "../contract.ts";
import { judgeSite } from "./judge.ts";

const device = goodMachine.interfaces.find(({ addresses }) => addresses.length > 0);
if (device === undefined) throw new Error("the good machine has no address");

const factsAt = (address: string, over: Partial<MachineFacts> = {}): MachineFacts => ({
  ...goodMachine,
  interfaces: [
    {
      ...device,
      name: "eth0",
      addresses: device.addresses.slice(0, 1).map((entry) => ({ ...entry, address, prefix: 24 })),
    },
  ],
  ...over,
});

const judge = (
  rest: object,
  machines: readonly { readonly address: string; readonly facts?: Partial<MachineFacts> }[],
): readonly CheckResult[] => {
  const cluster = ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: "a",
    machines: machines.map(({ address }, index) => ({
      name: `m${index + 1}`,
      address,
      roles: ["control-plane"],
    })),
    ...rest,
  });
  const facts = new Map(
    machines.map(({ address, facts: over }, index) => [`m${index + 1}`, factsAt(address, over)]),
  );
  return judgeSite({ cluster, facts, reach: new Map() });
};

const of = (results: readonly CheckResult[], check: string): (readonly [string, string])[] =>
  results.filter((result) => result.check === check).map(({ machine, state }) => [machine, state]);

const two = [{ address: "10.0.0.11" }, { address: "10.0.0.12" }];

describe("the virtual address", () => {
  test("in the control planes' subnet is fine", () => {
    expect(of(judge({ endpoint: { virtualIp: "10.0.0.10" } }, two), "virtual-ip-subnet")).toEqual([
      [APPLIANCE, "ok"],
    ]);
  });

  test("outside it blocks, for each control plane it does not fit", () => {
    const machines = [{ address: "10.0.0.11" }, { address: "10.0.5.12" }];
    const results = judge({ endpoint: { virtualIp: "10.0.0.10" } }, machines);
    expect(of(results, "virtual-ip-subnet")).toEqual([["m2", "failed"]]);
    expect(results.find(({ check }) => check === "virtual-ip-subnet")?.found).toEqual({
      en: "endpoint.virtualIp 10.0.0.10 is outside 10.0.5.0/24",
      "zh-CN": "endpoint.virtualIp 10.0.0.10 不在 10.0.5.0/24 之内",
    });
  });
});

describe("host-gw", () => {
  test("needs the machines in one subnet, vxlan does not", () => {
    const machines = [{ address: "10.0.0.11" }, { address: "10.0.5.12" }];
    const network = (backend: string) => ({ network: { flannel: { backend } } });
    expect(of(judge(network("host-gw"), machines), "host-gw-subnet")).toEqual([["m2", "failed"]]);
    expect(of(judge(network("vxlan"), machines), "host-gw-subnet")).toEqual([[APPLIANCE, "ok"]]);
  });
});

describe("the appliance's clock", () => {
  const clock = (offsetMs: number): Partial<MachineFacts> => ({
    time: { ...goodMachine.time, offsetMs, uncertaintyMs: 5 },
  });
  const at = (...offsets: readonly number[]) =>
    of(
      judge(
        {},
        offsets.map((offset, index) => ({ address: `10.0.0.1${index}`, facts: clock(offset) })),
      ),
      "appliance-clock-past",
    );
  const hour = 3_600_000;

  test("behind what most machines agree on blocks", () => {
    expect(at(hour, hour + 20, 3)).toEqual([[APPLIANCE, "failed"]]);
  });

  test("is not doubted because of one machine, nor of machines that disagree, nor when it is ahead", () => {
    expect(at(hour, 3, 4)).toEqual([[APPLIANCE, "ok"]]);
    expect(at(hour)).toEqual([[APPLIANCE, "ok"]]);
    expect(at(hour, 24 * hour, 90 * hour)).toEqual([[APPLIANCE, "ok"]]);
    expect(at(-hour, -hour, -hour)).toEqual([[APPLIANCE, "ok"]]);
  });
});
