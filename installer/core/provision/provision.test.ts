import { describe, expect, test } from "vitest";
import { NetbootSettings, MetalNetwork } from "../../contract/spec/metal.ts";
import { formatAddress } from "../net/ipv4.ts";
import { parseClusterSpec } from "../spec/parse.ts";
import { deviceFor, dhcpSettingsFor } from "./boot-scope.ts";
import { duplicatesOf, isMeant, usableSerial } from "./meant.ts";
import { networkFiles } from "./network-files.ts";

const device = { name: "eth1", address: "10.0.0.1", prefix: 24 };
const settings = (over: object = {}): NetbootSettings => NetbootSettings.parse(over);

describe("the scope of the boot services", () => {
  test("is the interface's own subnet, with the ranges that were asked for", () => {
    const { mode, scopes } = dhcpSettingsFor(
      settings({ ranges: ["10.0.0.100-10.0.0.199"], router: "10.0.0.254" }),
      device,
      ["10.0.0.21"],
    );
    expect(mode).toBe("full");
    expect(scopes[0]?.ranges.map(({ first, last }) => [formatAddress(first), formatAddress(last)])).toEqual([
      ["10.0.0.100", "10.0.0.199"],
    ]);
  });

  test.each([
    [{ ranges: ["10.0.1.100-10.0.1.199"] }, [], "10.0.1.100 is not in 10.0.0.0/24"],
    [{ ranges: ["10.0.0.199-10.0.0.100"] }, [], "ends before it begins"],
    [{ ranges: ["10.0.0.0-10.0.0.100"] }, [], "broadcast"],
    [{ ranges: ["10.0.0.10-10.0.0.30", "10.0.0.20-10.0.0.40"] }, [], "overlap at 10.0.0.20"],
    [{ mode: "proxy", ranges: ["10.0.0.10-10.0.0.30"] }, [], "proxy"],
    [{ router: "10.9.0.1" }, [], "router 10.9.0.1"],
    [{}, ["10.9.0.21"], "machine 10.9.0.21"],
    [{}, ["10.0.0.1"], "own address"],
  ])("refuses %j with machines %j", (over, machines, problem) => {
    const attempt = (): unknown => dhcpSettingsFor(settings(over), device, machines);
    expect(attempt).toThrow(expect.objectContaining({ code: "NETBOOT_SETTINGS" }));
    expect(attempt).toThrow(problem);
  });

  test("is found by the address of a machine, in the narrowest subnet", () => {
    const wide = { name: "eth0", address: "10.1.0.1", prefix: 8 };
    expect(deviceFor([wide, device], "10.0.0.21")?.name).toBe("eth1");
    expect(deviceFor([wide, device], "10.9.0.21")?.name).toBe("eth0");
    expect(deviceFor([device], "192.168.0.1")).toBeUndefined();
  });
});

describe("a blank machine", () => {
  const marks = { macs: ["52:54:00:00:00:01"], serial: "SN1 ", uuid: "AB-1" };

  test("is meant by its hardware address alone, or by serial number and UUID together", () => {
    const rest = { network: MetalNetwork.parse({}), variant: "server" as const, console: [] };
    expect(isMeant({ ...rest, mac: "52:54:00:00:00:01", serial: "other" }, marks)).toBe(true);
    expect(isMeant({ ...rest, mac: "52:54:00:00:00:02", serial: "SN1" }, marks)).toBe(false);
    expect(isMeant({ ...rest, serial: "SN1", uuid: "ab-1" }, marks)).toBe(true);
    expect(isMeant({ ...rest, serial: "SN1", uuid: "ab-2" }, marks)).toBe(false);
    expect(isMeant(rest, marks)).toBe(false);
  });

  test("is not flagged for the filler of boards that nobody gave a serial number", () => {
    expect(usableSerial("To Be Filled By O.E.M.")).toBe("");
    expect(usableSerial(" SN1 ")).toBe("SN1");
    const one = { mac: "a", serial: "", uuid: "" };
    expect(duplicatesOf(one, [one, { ...one, mac: "b" }])).toEqual([]);
  });
});

describe("the network of an installed machine", () => {
  const files = (network: object): Map<string, string> =>
    new Map(
      networkFiles({
        network: MetalNetwork.parse(network),
        mac: "52:54:00:00:00:01",
        address: "10.0.0.21",
        prefix: 24,
      }).map(({ name, content }) => [name, content]),
    );

  test("is a fixed address on the card it booted from", () => {
    expect(
      files({ gateway: "10.0.0.1", nameServers: ["10.0.0.2"], mtu: 9000 }).get("10-slipway.network"),
    ).toBe(
      [
        "[Match]",
        "MACAddress=52:54:00:00:00:01",
        "[Link]",
        "MTUBytes=9000",
        "[Network]",
        "Address=10.0.0.21/24",
        "Gateway=10.0.0.1",
        "DNS=10.0.0.2",
        "IPv6AcceptRA=no",
        "",
      ].join("\n"),
    );
  });

  test("is asked of a DHCP server by hardware address when the spec says so", () => {
    const content = files({ dhcp: true }).get("10-slipway.network");
    expect(content).toContain("DHCP=ipv4");
    expect(content).toContain("ClientIdentifier=mac");
    expect(content).not.toContain("Address=10.");
  });

  test("is a VLAN on a bond when both are named, and the cards carry no address", () => {
    const found = files({ vlan: 20, bond: { macs: ["52:54:00:00:00:02"], mode: "802.3ad" } });
    expect([...found.keys()]).toEqual([
      "05-bond0.netdev",
      "06-bond0-cards.network",
      "07-vlan20.netdev",
      "20-vlan20.network",
      "10-slipway.network",
    ]);
    expect(found.get("10-slipway.network")).not.toContain("Address=10.");
    expect(found.get("20-vlan20.network")).toContain("Address=10.0.0.21/24");
    expect(found.get("06-bond0-cards.network")).toContain("52:54:00:00:00:01 52:54:00:00:00:02");
  });
});

describe("a spec with blank machines", () => {
  const problems = (machines: string, more = ""): string[] => {
    const result = parseClusterSpec(
      `apiVersion: slipway/v1\nkind: Cluster\nname: a\n${more}machines:\n  - {name: c, address: 10.0.0.9, roles: [control-plane]}\n${machines}`,
    );
    return result.valid ? [] : result.problems.map(({ path }) => path);
  };
  const mac = '"52:54:00:00:00:01"';

  test("says which machine each is, and none twice", () => {
    expect(problems(`  - {address: 10.0.0.1, metal: {mac: ${mac}}}`)).toEqual([]);
    expect(problems("  - {address: 10.0.0.1, metal: {}}")).toEqual(["machines[1].metal"]);
    expect(
      problems(
        `  - {address: 10.0.0.1, metal: {mac: ${mac}}}\n  - {address: 10.0.0.2, metal: {mac: ${mac}}}`,
      ),
    ).toEqual(["machines[2].metal.mac"]);
  });

  test("has ranges that are ranges, and none in proxy mode", () => {
    const machine = `  - {address: 10.0.0.1, metal: {mac: ${mac}}}`;
    expect(problems(machine, "netboot: {ranges: [10.0.0.9-10.0.0.1]}\n")).toEqual(["netboot.ranges[0]"]);
    expect(problems(machine, "netboot: {mode: proxy, ranges: [10.0.0.1-10.0.0.9]}\n")).toEqual([
      "netboot.ranges",
    ]);
  });
});
