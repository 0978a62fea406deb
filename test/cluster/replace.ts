import { rm } from "node:fs/promises";
import { join } from "node:path";
import { holders } from "./support/faults.ts";
import { operate } from "./support/operations.ts";
import { allWell, kubectlOn, onMachine, openCluster, tell, until, type TestSite } from "./support/site.ts";

/** Heading of the section. */
export const title = "A lost machine replaced by a fresh one";

/** Pulls a machine's plug and puts an empty one of the same name and address in its place. */
const makeFresh = async ({ lab }: TestSite, machine: string): Promise<void> => {
  await lab.lab.fault(lab.name, machine, { type: "kill" });
  await rm(join(lab.status.directory, "machines", machine), { recursive: true, force: true });
  await lab.lab.up({ name: lab.name, vms: 0 });
};

/** What `slipway cluster replace` does: strikes the dead machine off, forgets its host key, lets the fresh one join. */
const replace = async (site: TestSite, name: string): Promise<{ struck: number; joined: number }> => {
  const cluster = site.lab.spec.name;
  const { client } = site.engine;
  const { spec } = await client.clusters.get({ cluster });
  const machine = spec.machines.find((one) => one.name === name);
  if (machine === undefined) throw new Error(`${cluster} has no machine ${name}`);
  const struck = await operate(site, {
    workflow: "remove-machine",
    spec: { cluster, without: [name] },
    parameters: { dead: [name] },
    confirmation: `remove-machine ${cluster}`,
  });
  await client.hostKeys.forget({ endpoint: `${machine.address}:22` });
  const joined = await operate(site, { workflow: "bootstrap", spec: { cluster, with: [machine] } });
  return { struck: struck.seconds, joined: joined.seconds };
};

const etcdctl = `etcdctl --endpoints https://127.0.0.1:2379 --cacert /etc/kubernetes/pki/etcd/ca.crt \
  --cert /etc/kubernetes/pki/etcd/healthcheck-client.crt --key /etc/kubernetes/pki/etcd/healthcheck-client.key`;

const assert = (what: string, found: unknown, wanted: unknown): void => {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return;
  throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
};

/** Everything by which the others know a control plane, compared with the machines there are. */
const assertKnown = async (site: TestSite, on: string): Promise<void> => {
  const machines = site.lab.spec.machines;
  const controlPlanes = machines.filter(({ roles }) => roles.includes("control-plane"));
  const members = await onMachine(site, on, `${etcdctl} member list`);
  const names = members
    .trim()
    .split("\n")
    .map((line) => line.split(", ")[2] ?? "");
  assert(
    "members of etcd",
    names.toSorted(),
    controlPlanes.map(({ name }) => name),
  );
  const nodes = await kubectlOn(site, on, "get nodes --no-headers");
  assert(
    "nodes",
    nodes
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/)[0] ?? "")
      .toSorted(),
    machines.map(({ name }) => name),
  );
  const addresses = controlPlanes.map(({ address }) => address);
  for (const { name, address } of controlPlanes) {
    const peers = await onMachine(site, name, "sed -n '/unicast_peer/,/}/p' /etc/slipway/keepalived.conf");
    const others = addresses.filter((one) => one !== address);
    assert(`peers of ${name}`, (peers.match(/\d+\.\d+\.\d+\.\d+/g) ?? []).toSorted(), others);
  }
  for (const { name } of machines) {
    const hosts = await onMachine(site, name, "grep -h '^.host' /etc/containerd/certs.d/_default/hosts.toml");
    const registries = (hosts.match(/\d+\.\d+\.\d+\.\d+(?=:5000)/g) ?? []).toSorted();
    assert(`registries of ${name}`, registries, addresses);
  }
  assert(
    "holders of the address",
    (
      await holders(
        site,
        controlPlanes.map(({ name }) => name),
      )
    ).length,
    1,
  );
};

/** Three control planes and a worker: the founder, which holds the address, and the worker are lost and replaced. */
export const run = async (): Promise<string> => {
  const site = await openCluster({ name: "replace", machines: 4 });
  try {
    const rows: string[] = [];
    for (const [name, what] of [
      ["n1", "control plane, the founder"],
      ["n4", "worker"],
    ] as const) {
      await makeFresh(site, name);
      const { struck, joined } = await replace(site, name);
      await until("all nodes Ready and all pods running", 180, () => allWell(site, "n2"));
      await assertKnown(site, "n2");
      tell(`${what}: struck off in ${struck.toFixed(0)} s, joined in ${joined.toFixed(0)} s`);
      rows.push(`| ${what} | ${struck.toFixed(0)} | ${joined.toFixed(0)} |`);
    }
    return `Power of a machine of three control planes and one worker is cut, its disk is thrown away, and an empty machine with another host
key takes its name and address: \`slipway cluster replace\`. Afterwards etcd's members, nodes, keepalived's peers and the lists of
registries on every machine name the machines there are, all nodes are Ready and all pods run.

| lost | struck off, s | joined, s |
| --- | ---: | ---: |
${rows.join("\n")}`;
  } finally {
    await site.close();
  }
};
