import * as z from "zod";

/** An address on an interface. */
const InterfaceAddress = z.object({
  family: z.enum(["inet", "inet6"]),
  address: z.string(),
  prefix: z.number(),
  scope: z.string(),
  dynamic: z.boolean().describe("Leased by DHCP or announced; it may change"),
});

/** The switch port at the other end of the cable, where an LLDP daemon runs. */
export const LldpNeighbour = z.object({
  chassis: z.string().nullable(),
  port: z.string().nullable(),
});
export type LldpNeighbour = Readonly<z.output<typeof LldpNeighbour>>;

/** A network interface. `kind` is the kernel's link kind (vlan, bond, bridge, veth, ...), or physical or loopback. */
export const NetworkInterface = z.object({
  name: z.string(),
  kind: z.string(),
  mac: z.string().nullable(),
  permanentMac: z.string().nullable().describe("Burnt-in address, where it differs from the one in use"),
  mtu: z.number(),
  state: z.string().describe("Kernel's operstate in lower case: up, down, unknown, ..."),
  carrier: z.boolean().nullable(),
  speedMbps: z.number().nullable(),
  duplex: z.string().nullable(),
  driver: z.string().nullable(),
  pci: z.string().nullable(),
  master: z.string().nullable().describe("Bond or bridge it is part of"),
  parent: z.string().nullable().describe("Interface below a VLAN"),
  vlan: z.number().nullable(),
  addresses: z.array(InterfaceAddress),
  lldp: LldpNeighbour.nullable(),
});
export type NetworkInterface = Readonly<z.output<typeof NetworkInterface>>;

/** A route of the main table. */
export const Route = z.object({
  destination: z.string().describe("CIDR; 0.0.0.0/0 for the default route"),
  gateway: z.string().nullable(),
  device: z.string().nullable(),
  source: z.string().nullable(),
  metric: z.number().nullable(),
});
export type Route = Readonly<z.output<typeof Route>>;

/** A socket that waits for peers. `process` is null where its owner cannot be seen. */
export const Listener = z.object({
  protocol: z.enum(["tcp", "udp"]),
  address: z.string(),
  port: z.number(),
  process: z.string().nullable(),
  pid: z.number().nullable(),
});
export type Listener = Readonly<z.output<typeof Listener>>;

/** How names become addresses on the machine. */
export const ResolutionFacts = z.object({
  localhost: z.array(z.string()).describe("Addresses of `localhost`"),
  ownName: z.array(z.string()).describe("Addresses of the machine's own hostname"),
  nameservers: z.array(z.string()),
  search: z.array(z.string()),
  options: z.array(z.string()),
});
export type ResolutionFacts = Readonly<z.output<typeof ResolutionFacts>>;

/** A proxy that programs on the machine would use. User name and password are removed from the value. */
export const ProxySetting = z.object({
  source: z.string().describe("environment, systemd, or the file that sets it"),
  name: z.string(),
  value: z.string(),
});
export type ProxySetting = Readonly<z.output<typeof ProxySetting>>;
