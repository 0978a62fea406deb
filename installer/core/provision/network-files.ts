import type { MetalNetwork } from "../../contract/spec/metal.ts";

/** What the network of an installed machine is made from. */
export interface NetworkWish {
  readonly network: MetalNetwork;
  /** The card it booted from. */
  readonly mac: string;
  readonly address: string;
  /** Prefix length when the spec names none. */
  readonly prefix: number;
}

/** One file of systemd-networkd (systemd.network(5), systemd.netdev(5)). */
export interface NetworkFile {
  readonly name: string;
  readonly content: string;
}

const section = (name: string, lines: readonly string[]): string => [`[${name}]`, ...lines, ""].join("\n");

/** The files for one address: plain, in a VLAN, on a bond, or in a VLAN on a bond. Pure. */
export const networkFiles = ({ network, mac, address, prefix }: NetworkWish): readonly NetworkFile[] => {
  const { bond, vlan, mtu } = network;
  const link = mtu === undefined ? [] : [section("Link", [`MTUBytes=${mtu}`])];
  const addressing = network.dhcp
    ? ["DHCP=ipv4"]
    : [
        `Address=${address}/${network.prefix ?? prefix}`,
        ...(network.gateway === undefined ? [] : [`Gateway=${network.gateway}`]),
      ];
  const own = [...addressing, ...network.nameServers.map((server) => `DNS=${server}`), "IPv6AcceptRA=no"];
  // The server that gave the address for booting knows the machine by its hardware address, not by a DUID.
  const dhcp = network.dhcp ? [section("DHCPv4", ["ClientIdentifier=mac", "UseHostname=no"])] : [];
  const carrier = vlan === undefined ? own : [`VLAN=vlan${vlan}`, "LinkLocalAddressing=no"];
  const base = {
    match: bond === undefined ? `MACAddress=${mac}` : "Name=bond0",
    more: vlan === undefined ? dhcp : [],
  };
  const files: NetworkFile[] = [];
  if (bond !== undefined) {
    files.push({
      name: "05-bond0.netdev",
      content:
        section("NetDev", ["Name=bond0", "Kind=bond", `MACAddress=${mac}`]) +
        section("Bond", [
          `Mode=${bond.mode}`,
          "MIIMonitorSec=100ms",
          ...(bond.mode === "active-backup" ? [] : ["TransmitHashPolicy=layer3+4"]),
        ]),
    });
    files.push({
      name: "06-bond0-cards.network",
      content:
        section("Match", [`PermanentMACAddress=${[...new Set([mac, ...bond.macs])].join(" ")}`]) +
        link.join("") +
        section("Network", ["Bond=bond0"]),
    });
  }
  if (vlan !== undefined) {
    files.push({
      name: `07-vlan${vlan}.netdev`,
      content: section("NetDev", [`Name=vlan${vlan}`, "Kind=vlan"]) + section("VLAN", [`Id=${vlan}`]),
    });
    files.push({
      name: `20-vlan${vlan}.network`,
      content: section("Match", [`Name=vlan${vlan}`]) + section("Network", own) + dhcp.join(""),
    });
  }
  files.push({
    name: "10-slipway.network",
    content:
      section("Match", [base.match]) + link.join("") + section("Network", carrier) + base.more.join(""),
  });
  return files;
};
