import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineClient } from "../../installer/cli/link/client.ts";
import {
  applyCluster,
  failuresOf,
  followed,
  onMachine,
  openSite,
  tell,
  type TestSite,
} from "./support/site.ts";

const snapshotScript = readFileSync(join(import.meta.dirname, "support", "snapshot.sh"), "utf8");

/** What may differ although the machine is as it was found, and why. */
const exceptions: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /^state \/var\/log\//, why: "logs stay: they say what happened" },
  { pattern: /^state \/var\/log /, why: "logs stay: they say what happened" },
  { pattern: /^state \/var\/cache\//, why: "dpkg's and ldconfig's caches are made anew by themselves" },
  {
    pattern: /^state \/var\/lib\/dpkg\/|^state \/var\/lib\/dpkg /,
    why: "dpkg keeps its own history of what was installed",
  },
  {
    pattern: /^state \/var\/lib\/systemd\//,
    why: "systemd's own notes about units that were enabled once, and the clock's",
  },
  { pattern: /^state \/var\/lib\/chrony\//, why: "chrony writes how fast the clock runs" },
  {
    pattern: /^state \/run\/(systemd|log|udev|user|lock|sshd|dbus|chrony)\b/,
    why: "programs of the system at work; gone at a reboot",
  },
  { pattern: /^state \/run\/xtables\.lock/, why: "iptables' lock file, empty; gone at a reboot" },
  {
    pattern: /^state \/var\/lib\/slipway d /,
    why: "the lab mounts a disk there: the folder cannot go, and is root's own",
  },
];

/** Lines that are in one snapshot only, without those that an exception explains. */
const differences = (before: string, after: string): readonly string[] => {
  const [old, fresh] = [new Set(before.split("\n")), new Set(after.split("\n"))];
  const gone = [...old].filter((line) => !fresh.has(line)).map((line) => `- ${line}`);
  const come = [...fresh].filter((line) => !old.has(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].filter((line) => !exceptions.some(({ pattern }) => pattern.test(line.slice(2))));
};

const snapshots = async (site: TestSite): Promise<ReadonlyMap<string, string>> =>
  new Map(
    await Promise.all(
      site.lab.spec.machines.map(
        async ({ name }) => [name, await onMachine(site, name, snapshotScript)] as const,
      ),
    ),
  );

/** Ends the cluster and gives the seconds it took. @throws Error with every failure when it does not succeed. */
const resetCluster = async (client: EngineClient, cluster: string): Promise<number> => {
  const begun = performance.now();
  const started = await client.operations.start({
    workflow: "reset",
    spec: { cluster },
    confirmation: `reset ${cluster}`,
  });
  await followed(client, started);
  const { status } = await client.operations.get({ id: started.id });
  if (status !== "succeeded") {
    const failures = failuresOf(await client.operations.steps({ id: started.id }));
    throw new Error(`the reset ended as ${status}\n${failures}`);
  }
  return (performance.now() - begun) / 1000;
};

/** Heading of the section. */
export const title = "Reset and apply again";

/** How often a cluster is made and ended, unless the first argument says otherwise. */
const CYCLES = 5;

/** Makes and ends a cluster several times over on the same machines, and compares each machine with what it was. */
export const run = async (args: readonly string[]): Promise<string> => {
  const cycles = Number(args[0] ?? CYCLES);
  const machines = Number(args[1] ?? 2);
  const site = await openSite({ name: "reset", machines });
  try {
    const cluster = site.lab.spec.name;
    const before = await snapshots(site);
    const facts = [...before.values()].reduce((sum, text) => sum + text.split("\n").length, 0);
    const rows: string[] = [];
    let strays = 0;
    for (let cycle = 1; cycle <= cycles; cycle++) {
      const applied = await applyCluster(site);
      tell(`apply ${cycle}: ready after ${applied.seconds.toFixed(1)} s`);
      const seconds = await resetCluster(site.engine.client, cluster);
      const after = await snapshots(site);
      const found = [...after].flatMap(([name, text]) =>
        differences(before.get(name) ?? "", text).map((line) => `${name}: ${line}`),
      );
      tell(`reset ${cycle}: ${seconds.toFixed(1)} s, ${found.length} differences`);
      for (const line of found) tell(`  ${line}`);
      strays += found.length;
      rows.push(`| ${cycle} | ${applied.seconds.toFixed(1)} | ${seconds.toFixed(1)} | ${found.length} |`);
    }
    if (strays > 0) process.exitCode = 1;
    return [
      `A cluster of ${machines} machines was made and ended ${cycles} times on the same machines. After each reset every machine is`,
      `compared with what it was before the first apply (${facts} facts in all): files, folders and links of /etc, /opt, /root,`,
      "/usr/local and /usr/libexec with mode, owner and sha256; names below /var/lib, /var/cache, /var/log and /run; mounts,",
      "interfaces, addresses, routes, firewall rules, kernel settings, units, packages, users, processes.",
      "",
      "| cycle | apply to Ready, s | reset, s | differences |",
      "| ----: | ----------------: | -------: | ----------: |",
      ...rows,
      "",
      "What may differ, and why:",
      "",
      ...[...new Set(exceptions.map(({ why }) => why))].map((why) => `- ${why}`),
    ].join("\n");
  } finally {
    await site.close();
  }
};
