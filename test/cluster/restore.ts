import { strike } from "./support/faults.ts";
import { operate } from "./support/operations.ts";
import { allWell, kubectlOn, openCluster, tell, until, type TestSite } from "./support/site.ts";

/** Heading of the section. */
export const title = "etcd restored";

const write = (site: TestSite, name: string): Promise<string> =>
  kubectlOn(site, "n1", `-n default create configmap ${name}`);

const written = async (site: TestSite): Promise<readonly string[]> =>
  (await kubectlOn(site, "n1", "-n default get configmaps -o name"))
    .split("\n")
    .map((line) => line.replace("configmap/", ""))
    .filter((name) => name.startsWith("write-"))
    .toSorted();

const assertWritten = async (site: TestSite, wanted: readonly string[]): Promise<void> => {
  const found = await written(site);
  if (found.join() !== wanted.join())
    throw new Error(`there are ${found.join()} instead of ${wanted.join()}`);
};

/** Takes a snapshot and gives its name. */
const snapshot = async (site: TestSite, cluster: string): Promise<string> => {
  await operate(site, { workflow: "snapshot", spec: { cluster } });
  const { steps } = await operate(site, { workflow: "snapshots", spec: { cluster } });
  const all = steps.flatMap(
    ({ output }) => (output as { snapshots?: { name: string; at: number }[] } | undefined)?.snapshots ?? [],
  );
  const newest = all.toSorted((one, other) => other.at - one.at)[0];
  if (newest === undefined) throw new Error("there is no snapshot");
  return newest.name;
};

/** All three members back to a snapshot, then a lost majority restored from the one member that is left. */
export const run = async (): Promise<string> => {
  const site = await openCluster({ name: "restore", machines: 3 });
  try {
    const cluster = site.lab.spec.name;
    const confirmation = `restore ${cluster}`;
    const rows: string[] = [];
    await write(site, "write-1");
    const name = await snapshot(site, cluster);
    await write(site, "write-2");
    const back = await operate(site, {
      workflow: "restore",
      spec: { cluster },
      parameters: { snapshot: name },
      confirmation,
    });
    await until("all nodes Ready and all pods running", 240, () => allWell(site, "n1"));
    await assertWritten(site, ["write-1"]);
    tell(`three survivors, from a snapshot: ${back.seconds.toFixed(0)} s`);
    rows.push(
      `| three | \`--snapshot\` | ${back.seconds.toFixed(0)} | what was written after the snapshot |`,
    );
    await write(site, "write-3");
    for (const machine of ["n2", "n3"]) await strike(site, machine, "kill");
    const alone = await operate(site, {
      workflow: "restore",
      spec: { cluster },
      parameters: { snapshot: "member:n1", dead: ["n2", "n3"] },
      confirmation,
    });
    await until("the API takes writes", 60, async () => (await write(site, "write-4")) !== "");
    await assertWritten(site, ["write-1", "write-3", "write-4"]);
    tell(`one survivor, from its member: ${alone.seconds.toFixed(0)} s`);
    rows.push(`| one of three | \`--from-member n1 --lost n2,n3\` | ${alone.seconds.toFixed(0)} | nothing |`);
    return `\`slipway cluster restore\` on three control planes. After each the cluster holds exactly what it should, and takes writes.

| members left | from | seconds | lost |
| --- | --- | ---: | --- |
${rows.join("\n")}`;
  } finally {
    await site.close();
  }
};
