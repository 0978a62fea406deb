import type { MachineFacts } from "../../contract/facts.ts";
import type { Reachability } from "../../contract/preflight.ts";
import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { egressMtu } from "../net/egress.ts";
import { numberOf } from "../inventory/numbers.ts";

/** Up to this many machines everyone measures everyone; beyond it the matrix would outgrow its use. */
const fullMatrixUpTo = 64;

/** How many of the following machines each one measures in a larger cluster. */
const neighbours = 32;

/**
 * Whom a machine measures: all others in a cluster of up to 64; in larger ones all control planes and the next 32
 * machines of the spec, as a ring, so that every machine is measured and none is flooded.
 */
export const peersOf = (cluster: ClusterSpec, name: string): MachineSpec[] => {
  const others = cluster.machines.filter((machine) => machine.name !== name);
  if (cluster.machines.length <= fullMatrixUpTo) return others;
  const own = cluster.machines.findIndex((machine) => machine.name === name);
  const ring = new Set(
    Array.from(
      { length: neighbours },
      (_, index) => cluster.machines[(own + 1 + index) % cluster.machines.length]?.name,
    ),
  );
  return others.filter((machine) => machine.roles.includes("control-plane") || ring.has(machine.name));
};

/** Arguments of the reachability script for these peers: name, address, SSH port, MTU of the way out. */
export const reachArguments = (
  peers: readonly MachineSpec[],
  { facts, cluster }: { facts: MachineFacts; cluster: ClusterSpec },
): string[] =>
  peers.flatMap(({ name, address, ssh }) => [
    name,
    address,
    String(ssh?.port ?? cluster.ssh.port),
    String(egressMtu(address, facts) ?? 0),
  ]);

/** The script's answer. A peer that it does not mention counts as unreached. */
export const parseReach = (
  output: string,
  { peers, facts }: { peers: readonly MachineSpec[]; facts: MachineFacts },
): Reachability => {
  const [method, ...rows] = output.split("\n").map((line) => line.trim());
  const byName = new Map(
    rows.map((row) => {
      const [name = "", ...values] = row.split(" ");
      return [name, values.map((value) => numberOf(value) ?? null)];
    }),
  );
  return {
    method: method === "perl" ? "perl" : "ping",
    peers: peers.map(({ name, address }) => {
      const [tcpMs = null, pingMs = null, pathMtu = null] = byName.get(name) ?? [];
      return { machine: name, tcpMs, pingMs, pathMtu, egressMtu: egressMtu(address, facts) ?? null };
    }),
  };
};
