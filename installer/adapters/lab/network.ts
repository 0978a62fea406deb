import { existsSync, rmSync, statfsSync } from "node:fs";
import type { LabEgress } from "../../contract/lab.ts";
import { addressesOf, BRIDGE, inNamespace, labNamespacePath, namespaceName } from "./layout.ts";
import { run } from "./run.ts";

/** Type of the file system that a namespace file is a mount of (statfs(2), NSFS_MAGIC). */
const NSFS = 0x6e736673;

/**
 * Counts and drops what machines send beyond the lab. Nothing could go anywhere anyway (the namespace has no other link
 * and does not forward): the counters are the proof that a run stayed inside. Link-local traffic is not beyond.
 */
const ruleset = (subnet: string, gateway: string): string => `
table inet lab {
  counter beyond {}
  counter dns {}
  chain arriving {
    type filter hook prerouting priority -300; policy accept;
    iifname != "${BRIDGE}" accept
    ip daddr ${gateway} udp dport 53 counter name dns accept
    ip daddr ${gateway} tcp dport 53 counter name dns accept
    ip daddr { ${subnet}, 224.0.0.0/4, 255.255.255.255 } accept
    ip6 daddr { fe80::/10, ff00::/8 } accept
    udp dport 53 counter name dns
    tcp dport 53 counter name dns
    counter name beyond drop
  }
}
table bridge faults {
  chain from { type filter hook prerouting priority -300; policy accept; }
  chain to { type filter hook postrouting priority 300; policy accept; }
}
`;

const isNamespace = (path: string): boolean => existsSync(path) && statfsSync(path).type === NSFS;

/** True when the lab's network namespace stands. */
export const hasNetwork = (lab: string): boolean => isNamespace(labNamespacePath(lab));

/**
 * Makes the lab's namespace with its bridge, the appliance's address on it and the counters; completes a half-made one.
 * `new` when the rules of faults had to be made, too, and so hold none.
 */
export const makeNetwork = async (lab: string, subnet: string): Promise<"new" | "there"> => {
  const path = labNamespacePath(lab);
  const { gateway } = addressesOf(subnet);
  // `ip netns add` killed between its two steps leaves a plain file.
  if (existsSync(path) && !isNamespace(path)) rmSync(path);
  if (!existsSync(path)) await run(["ip", "netns", "add", namespaceName(lab)]);
  const inside = (...argv: string[]) => run(inNamespace(lab, argv));
  const bridge = await run(inNamespace(lab, ["ip", "link", "show", "dev", BRIDGE]), { expect: [0, 1] });
  if (bridge.code !== 0) await inside("ip", "link", "add", BRIDGE, "type", "bridge");
  await inside("ip", "link", "set", "dev", "lo", "up");
  await inside("ip", "address", "replace", `${gateway}/24`, "dev", BRIDGE);
  await inside("ip", "link", "set", "dev", BRIDGE, "up");
  await inside("sysctl", "-q", "-e", "-w", "net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0");
  // Frames between machines are the bridge's own business, or every packet would pass the appliance's firewall.
  await run(inNamespace(lab, ["sysctl", "-q", "-e", "-w", "net.bridge.bridge-nf-call-iptables=0"]), {
    expect: [0, 1, 255],
  });
  const tables = await inside("nft", "list", "tables");
  if (tables.stdout.includes("bridge faults")) return "there";
  await run(inNamespace(lab, ["nft", "-f", "-"]), { stdin: ruleset(subnet, gateway) });
  return "new";
};

/** Removes the namespace; links inside go with it once its last process has ended. */
export const removeNetwork = async (lab: string): Promise<void> => {
  const path = labNamespacePath(lab);
  if (!existsSync(path)) return;
  if (isNamespace(path)) await run(["ip", "netns", "delete", namespaceName(lab)]);
  rmSync(path, { force: true });
};

/** What machines have tried to send beyond the lab since it was made. */
export const readEgress = async (lab: string): Promise<LabEgress> => {
  const { stdout } = await run(inNamespace(lab, ["nft", "-j", "list", "counters", "table", "inet", "lab"]));
  const counters = new Map<string, { packets: number; bytes: number }>();
  const listing = JSON.parse(stdout) as {
    nftables: { counter?: { name: string; packets: number; bytes: number } }[];
  };
  for (const { counter } of listing.nftables) if (counter !== undefined) counters.set(counter.name, counter);
  return {
    packets: counters.get("beyond")?.packets ?? 0,
    bytes: counters.get("beyond")?.bytes ?? 0,
    dnsQueries: counters.get("dns")?.packets ?? 0,
  };
};
