import { describe, expect, test } from "vitest";
import { egressMtu } from "./egress.ts";
import {
  contains,
  formatAddress,
  formatBlock,
  overlaps,
  parseAddress,
  parseBlock,
  subnetsOf,
} from "./ipv4.ts";

const block = (text: string): NonNullable<ReturnType<typeof parseBlock>> => {
  const parsed = parseBlock(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};

describe("IPv4 arithmetic", () => {
  test("addresses survive the way to a number and back", () => {
    for (const address of ["0.0.0.0", "10.99.0.11", "127.0.0.1", "192.168.255.254", "255.255.255.255"]) {
      expect(formatAddress(parseAddress(address) ?? -1)).toBe(address);
    }
  });

  test.each(["", "10.0.0", "10.0.0.256", "10.0.0.1.2", "a.b.c.d", "::1", " 10.0.0.1", "10.0.0.-1"])(
    "%j is no address",
    (text) => expect(parseAddress(text)).toBeUndefined(),
  );

  test.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "fd00::/8", "10.0.0.0/-1"])(
    "%j is no block",
    (text) => expect(parseBlock(text)).toBeUndefined(),
  );

  test("a block with host bits is the block around it", () => {
    expect(formatBlock(block("10.20.30.40/20"))).toBe("10.20.16.0/20");
    expect(formatBlock(block("255.255.255.255/0"))).toBe("0.0.0.0/0");
  });

  test("blocks overlap when one holds the other, and neighbours do not", () => {
    expect(overlaps(block("10.96.0.0/16"), block("10.96.12.7/32"))).toBe(true);
    expect(overlaps(block("10.96.12.7/32"), block("10.96.0.0/12"))).toBe(true);
    expect(overlaps(block("10.96.0.0/16"), block("10.97.0.0/16"))).toBe(false);
    expect(contains(block("10.96.0.0/16"), parseAddress("10.96.255.255") ?? 0)).toBe(true);
    expect(contains(block("10.96.0.0/16"), parseAddress("10.97.0.0") ?? 0)).toBe(false);
  });

  test("a /16 has room for 256 nodes of a /24, a /25 for none", () => {
    expect(subnetsOf(block("10.244.0.0/16"), 24)).toBe(256);
    expect(subnetsOf(block("10.244.0.0/25"), 24)).toBe(0);
  });
});

describe("the way out of a machine", () => {
  const device = (name: string, mtu: number): Parameters<typeof egressMtu>[1]["interfaces"][number] => ({
    name,
    mtu,
    kind: "physical",
    mac: null,
    permanentMac: null,
    state: "up",
    carrier: true,
    speedMbps: null,
    duplex: null,
    driver: null,
    pci: null,
    master: null,
    parent: null,
    vlan: null,
    addresses: [],
    lldp: null,
  });
  const route = (
    destination: string,
    name: string,
    metric: number | null = null,
  ): Parameters<typeof egressMtu>[1]["routes"][number] => ({
    destination,
    device: name,
    gateway: null,
    source: null,
    metric,
  });
  const interfaces = [device("eth0", 1500), device("eth1", 9000)];

  test("is the most exact route, then the one with the smallest metric", () => {
    const routes = [
      route("0.0.0.0/0", "eth0"),
      route("10.0.0.0/8", "eth0", 100),
      route("10.0.0.0/8", "eth1", 50),
      route("10.1.0.0/16", "eth0", 900),
    ];
    expect(egressMtu("10.2.0.1", { routes, interfaces })).toBe(9000);
    expect(egressMtu("10.1.0.1", { routes, interfaces })).toBe(1500);
    expect(egressMtu("192.0.2.1", { routes, interfaces })).toBe(1500);
  });

  test("is unknown without a route", () => {
    expect(egressMtu("10.0.0.1", { routes: [], interfaces })).toBeUndefined();
  });
});
