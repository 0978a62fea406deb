import type {
  Listener,
  LldpNeighbour,
  NetworkInterface,
  ProxySetting,
  ResolutionFacts,
  Route,
} from "../../contract/facts.ts";
import { booleanOf, jsonOf, listOf, numberOf, recordOf, textOf } from "./numbers.ts";
import { lines, table, valueMap } from "./sections.ts";

/** What the collector knows about interfaces. */
export interface InterfaceSources {
  /** `ip -j -d address show`. */
  readonly addresses: string | undefined;
  readonly net: string | undefined;
  readonly netlinks: string | undefined;
  /** `lldpctl -f json0`. */
  readonly lldp: string | undefined;
}

/** Interfaces in the kernel's order. */
export const interfacesOf = (sources: InterfaceSources): NetworkInterface[] => {
  const values = valueMap(sources.net);
  const links = valueMap(sources.netlinks);
  const neighbours = lldpOf(sources.lldp);
  return listOf(jsonOf(sources.addresses))
    .map(recordOf)
    .filter((fields) => textOf(fields["ifname"]) !== null)
    .map((fields) => {
      const name = textOf(fields["ifname"]) ?? "";
      const info = recordOf(fields["linkinfo"]);
      const device = links.get(`/sys/class/net/${name}/device`) ?? null;
      const speed = numberOf(values.get(`/sys/class/net/${name}/speed`));
      const mac = textOf(fields["address"]);
      const permanent = textOf(fields["permaddr"]);
      return {
        name,
        kind:
          textOf(info["info_kind"]) ??
          (fields["link_type"] === "loopback" ? "loopback" : device === null ? "virtual" : "physical"),
        mac: fields["link_type"] === "loopback" ? null : mac,
        permanentMac: permanent === mac ? null : permanent,
        mtu: numberOf(fields["mtu"]) ?? 0,
        state: (textOf(fields["operstate"]) ?? "unknown").toLowerCase(),
        carrier: booleanOf(values.get(`/sys/class/net/${name}/carrier`)) ?? null,
        speedMbps: speed === undefined || speed <= 0 ? null : speed,
        duplex: known(values.get(`/sys/class/net/${name}/duplex`)),
        driver: links.get(`/sys/class/net/${name}/device/driver`)?.split("/").at(-1) ?? null,
        pci: device?.split("/").findLast((part) => /^[0-9a-f]{4}:[0-9a-f]{2}:/.test(part)) ?? null,
        master: textOf(fields["master"]),
        parent: textOf(fields["link"]),
        vlan: info["info_kind"] === "vlan" ? (numberOf(recordOf(info["info_data"])["id"]) ?? null) : null,
        addresses: listOf(fields["addr_info"])
          .map(recordOf)
          .flatMap((address) => {
            const family = textOf(address["family"]);
            const local = textOf(address["local"]);
            if ((family !== "inet" && family !== "inet6") || local === null) return [];
            return [
              {
                family,
                address: local,
                prefix: numberOf(address["prefixlen"]) ?? 0,
                scope: textOf(address["scope"]) ?? "global",
                dynamic: address["dynamic"] === true,
              },
            ];
          }),
        lldp: neighbours.get(name) ?? null,
      } satisfies NetworkInterface;
    });
};

const known = (value: string | undefined): string | null => (value === "unknown" ? null : textOf(value));

/** lldpd's json0: everything is a list, so that a chassis with one name looks like one with two. */
const lldpOf = (section: string | undefined): ReadonlyMap<string, LldpNeighbour> => {
  const first = (value: unknown, key: string): unknown =>
    recordOf(listOf(recordOf(listOf(value)[0])[key])[0])["value"];
  return new Map(
    listOf(recordOf(jsonOf(section))["lldp"])
      .flatMap((entry) => listOf(recordOf(entry)["interface"]))
      .map(recordOf)
      .map((entry) => [
        textOf(entry["name"]) ?? "",
        {
          chassis: textOf(first(entry["chassis"], "name")) ?? textOf(first(entry["chassis"], "id")),
          port: textOf(first(entry["port"], "descr")) ?? textOf(first(entry["port"], "id")),
        },
      ]),
  );
};

/** Routes of `ip -j -4 route`; single addresses get their /32. */
export const routesOf = (section: string | undefined): Route[] =>
  listOf(jsonOf(section))
    .map(recordOf)
    .flatMap((fields) => {
      const destination = textOf(fields["dst"]);
      if (destination === null) return [];
      return [
        {
          destination:
            destination === "default"
              ? "0.0.0.0/0"
              : destination.includes("/")
                ? destination
                : `${destination}/32`,
          gateway: textOf(fields["gateway"]),
          device: textOf(fields["dev"]),
          source: textOf(fields["prefsrc"]),
          metric: numberOf(fields["metric"]) ?? null,
        },
      ];
    });

/** Waiting sockets from /proc/net, with their owners where those could be seen. */
export const listenersOf = (sockets: string | undefined, owners: string | undefined): Listener[] => {
  const pidByInode = new Map<string, string>();
  const nameByPid = new Map<string, string>();
  for (const [path = "", value = ""] of table(owners)) {
    const pid = /^\/proc\/(\d+)\//.exec(path)?.[1];
    if (pid === undefined) continue;
    const inode = /^socket:\[(\d+)\]$/.exec(value)?.[1];
    if (inode !== undefined) pidByInode.set(inode, pid);
    else if (path.endsWith("/comm")) nameByPid.set(pid, value);
  }
  const listeners = lines(sockets).map((line): Listener => {
    const [kernelTable = "", local = "", , , , , , inode = ""] = line.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    const pid = pidByInode.get(inode);
    return {
      protocol: kernelTable.startsWith("udp") ? "udp" : "tcp",
      address: kernelAddress(address),
      port: Number.parseInt(port, 16),
      process: pid === undefined ? null : (nameByPid.get(pid) ?? null),
      pid: pid === undefined ? null : Number(pid),
    };
  });
  return listeners.toSorted((a, b) => a.protocol.localeCompare(b.protocol) || a.port - b.port);
};

/** /proc/net prints addresses as words in the machine's byte order; everything Kubernetes runs on is little-endian. */
const kernelAddress = (hex: string): string => {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).toReversed());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
  if (bytes.every((byte) => byte === "00")) return "::";
  const mapped = bytes.slice(0, 12).join("") === "00000000000000000000ffff".toUpperCase();
  if (mapped)
    return bytes
      .slice(12)
      .map((byte) => Number.parseInt(byte, 16))
      .join(".");
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number.parseInt(`${bytes[index * 2]}${bytes[index * 2 + 1]}`, 16).toString(16),
  );
  return groups.join(":").replace(/(^|:)0(:0)+(:|$)/, "::");
};

/** Name resolution by getent(1) and resolv.conf(5). */
export const resolutionOf = (sources: {
  readonly localhost: string | undefined;
  readonly ownName: string | undefined;
  readonly resolv: string | undefined;
}): ResolutionFacts => {
  const configured = (keyword: string): string[] =>
    lines(sources.resolv)
      .map((line) => line.trim().split(/\s+/))
      .filter(([first]) => first === keyword)
      .flatMap(([, ...rest]) => rest);
  return {
    localhost: addressesOf(sources.localhost),
    ownName: addressesOf(sources.ownName),
    nameservers: configured("nameserver"),
    search: configured("search"),
    options: configured("options"),
  };
};

const addressesOf = (section: string | undefined): string[] => [
  ...new Set(lines(section).map((line) => line.split(/\s+/)[0] ?? "")),
];

/** Proxy settings, each place that sets one. */
export const proxiesOf = (section: string | undefined): ProxySetting[] =>
  table(section).flatMap(([source = "", assignment = ""]) => {
    const [name = "", ...rest] = assignment.split("=");
    const value = rest
      .join("=")
      .trim()
      .replaceAll(/^["']|["']$/g, "");
    if (value === "") return [];
    return [
      { source, name, value: value.replace(/\/\/[^/@]*@/, "//***@").replace(/^[^/@:]+:[^/@]*@/, "***@") },
    ];
  });
