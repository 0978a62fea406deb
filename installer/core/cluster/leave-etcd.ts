import * as z from "zod";
import { jsonOf } from "../inventory/numbers.ts";

/**
 * etcdctl against the member of the machine it runs on, with the certificate that kubeadm made for health checks. `$@`
 * are its arguments.
 */
export const etcdctlScript = `
pki=/etc/kubernetes/pki/etcd
exec /usr/local/bin/etcdctl --endpoints https://127.0.0.1:2379 --cacert "$pki/ca.crt" \\
  --cert "$pki/healthcheck-client.crt" --key "$pki/healthcheck-client.key" --command-timeout 10s "$@"
`;

/** A member of etcd as the others list it. */
export interface EtcdMember {
  /** Hexadecimal, as etcdctl takes it: as a number it would not fit a double. */
  readonly id: string;
  /** Empty until a new member has started for the first time. */
  readonly name: string;
  readonly peer: string;
  readonly client: string;
  readonly learner: boolean;
}

/** Reads `etcdctl member list`, whose lines are `ID, STATUS, NAME, PEERS, CLIENTS, LEARNER` (etcdctl/README.md). */
export const parseMembers = (output: string): readonly EtcdMember[] =>
  output
    .split("\n")
    .map((line) => line.split(", "))
    .flatMap(([id = "", , name = "", peer = "", client = "", learner]) =>
      /^[0-9a-f]+$/.test(id) ? [{ id, name, peer, client, learner: learner === "true" }] : [],
    );

const Health = z.array(z.object({ endpoint: z.string(), health: z.boolean() }));

/** Reads `etcdctl endpoint health --cluster --write-out json`: the client addresses that answered well. */
export const parseHealthy = (output: string): ReadonlySet<string> =>
  new Set(
    (Health.safeParse(jsonOf(output)).data ?? []).flatMap(({ endpoint, health }) =>
      health ? [endpoint] : [],
    ),
  );

/** Whether a member may be struck off. */
export type Removal =
  | { readonly state: "absent" }
  | { readonly state: "allowed"; readonly id: string; readonly left: number }
  | { readonly state: "refused"; readonly healthy: number; readonly needed: number; readonly left: number };

/**
 * Judges the removal of the member of a machine: those that stay must have a majority among themselves that is well, or
 * etcd would never take a write again, not even the one that adds a member. Learners do not vote. Pure.
 */
export const judgeRemoval = (
  members: readonly EtcdMember[],
  healthy: ReadonlySet<string>,
  machine: { readonly name: string; readonly address: string },
): Removal => {
  const found = members.find(
    ({ name, peer }) => name === machine.name || (name === "" && peer === `https://${machine.address}:2380`),
  );
  if (found === undefined) return { state: "absent" };
  const voters = members.filter(({ id, learner }) => id !== found.id && !learner);
  const well = voters.filter(({ client }) => healthy.has(client)).length;
  const needed = Math.floor(voters.length / 2) + 1;
  return well >= needed
    ? { state: "allowed", id: found.id, left: voters.length }
    : { state: "refused", healthy: well, needed, left: voters.length };
};
