import { SlipwayError } from "../../contract/errors/index.ts";
import type { NetbootSettings } from "../../contract/spec/metal.ts";
import { contains, formatAddress, formatBlock, parseAddress, parseBlock, type Block } from "../net/ipv4.ts";
import type { AddressRange } from "../netboot/dhcp/lease-table.ts";
import type { DhcpSettings } from "../netboot/dhcp/settings.ts";

/** An interface of this computer with its address. */
export interface BootDevice {
  readonly name: string;
  readonly address: string;
  readonly prefix: number;
}

const bad = (problem: string): SlipwayError => SlipwayError.of("NETBOOT_SETTINGS", { problem });

/** The subnet that an interface is in. */
export const subnetOf = ({ address, prefix }: BootDevice): Block => {
  const block = parseBlock(`${address}/${prefix}`);
  if (block === undefined) throw bad(`${address}/${prefix}`);
  return block;
};

/** The first of the interfaces whose subnet holds the address. */
export const deviceFor = (devices: readonly BootDevice[], address: string): BootDevice | undefined => {
  const wanted = parseAddress(address);
  if (wanted === undefined) return undefined;
  return devices
    .filter((device) => contains(subnetOf(device), wanted))
    .toSorted((a, b) => b.prefix - a.prefix)[0];
};

/**
 * What the DHCP server is told, on this interface. In proxy mode ranges mean nothing and are refused, so that nobody
 * believes in them.
 * @throws NETBOOT_SETTINGS when range, router or a machine's address does not lie in the interface's subnet.
 */
export const dhcpSettingsFor = (
  settings: NetbootSettings,
  device: BootDevice,
  reserved: readonly string[],
): Omit<DhcpSettings, "address"> => {
  const subnet = subnetOf(device);
  const inside = (text: string, what: string): number => {
    const address = parseAddress(text);
    if (address === undefined) throw bad(`${what} ${text}`);
    if (!contains(subnet, address))
      throw bad(`${what} ${text} is not in ${formatBlock(subnet)} of ${device.name}`);
    const last = subnet.first + 2 ** (32 - subnet.prefix) - 1;
    if (subnet.prefix < 31 && (address === subnet.first || address === last)) {
      throw bad(`${what} ${text} is the network's or its broadcast address`);
    }
    return address;
  };
  const ranges = settings.ranges.map((range): AddressRange => {
    const [from = "", to = ""] = range.split("-");
    const [first, last] = [inside(from, "range"), inside(to, "range")];
    if (first > last) throw bad(`range ${range} ends before it begins`);
    return { first, last };
  });
  for (const [index, { first, last }] of ranges.entries()) {
    const other = ranges.slice(index + 1).find((one) => one.first <= last && first <= one.last);
    if (other !== undefined) throw bad(`ranges overlap at ${formatAddress(Math.max(first, other.first))}`);
  }
  if (settings.mode === "proxy" && ranges.length > 0)
    throw bad("proxy mode gives no addresses: leave ranges out");
  const own = parseAddress(device.address) ?? 0;
  for (const address of reserved) {
    if (inside(address, "machine") === own) throw bad(`machine ${address} is this computer's own address`);
  }
  const router = settings.router === undefined ? undefined : inside(settings.router, "router");
  const nameServers = settings.nameServers.map((server) => {
    const address = parseAddress(server);
    if (address === undefined) throw bad(`name server ${server}`);
    return address;
  });
  return {
    mode: settings.mode,
    scopes: [{ subnet, ranges, router, nameServers }],
    leaseSeconds: settings.leaseSeconds,
    relays: false,
  };
};
