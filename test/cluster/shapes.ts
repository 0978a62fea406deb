import { holders } from "./support/faults.ts";
import {
  allWell,
  applyCluster,
  kubectlOn,
  openSite,
  specWith,
  tell,
  until,
  type TestSite,
} from "./support/site.ts";

/** Heading in docs/reliability.md. */
export const title = "Clusters that grow, and two at once";

const endpoint = { virtualIp: "10.99.0.10" };

/** Control planes and workers, as the cluster itself lists them. */
const shapeOf = async (site: TestSite, machine: string): Promise<string> => {
  const nodes = (await kubectlOn(site, machine, "get nodes --no-headers")).trim().split("\n");
  const controlPlanes = nodes.filter((line) => line.includes("control-plane")).length;
  return `${controlPlanes}+${nodes.length - controlPlanes}`;
};

/** One machine, then a worker, then three control planes: each is the same command with an edited spec. */
const growing = async (site: TestSite): Promise<readonly string[]> => {
  const steps = [
    { n1: "control-plane" },
    { n1: "control-plane", n4: "worker" },
    { n1: "control-plane", n2: "control-plane", n3: "control-plane", n4: "worker" },
  ] as const;
  const rows: string[] = [];
  for (const machines of steps) {
    const { seconds } = await applyCluster(site, await specWith(site, { machines, endpoint }));
    await until("all nodes Ready and all pods running", 180, () => allWell(site, "n1"));
    const shape = await shapeOf(site, "n1");
    tell(`${shape} after ${seconds.toFixed(0)} s`);
    rows.push(`| ${shape} | ${seconds.toFixed(0)} |`);
  }
  const found = await holders(site, ["n1", "n2", "n3"]);
  if (found.length !== 1) throw new Error(`the address is held by ${found.join(", ") || "nobody"}`);
  return rows;
};

/** Two clusters of two machines each, made by one engine at the same time. */
const beside = async (site: TestSite): Promise<readonly string[]> => {
  const specs = [
    { name: "east", machines: { n1: "control-plane", n2: "worker" }, endpoint },
    { name: "west", machines: { n3: "control-plane", n4: "worker" }, endpoint: { virtualIp: "10.99.0.9" } },
  ] as const;
  const ended = await Promise.all(specs.map(async (over) => applyCluster(site, await specWith(site, over))));
  for (const [index, { machines }] of specs.entries()) {
    const first = Object.keys(machines)[0] ?? "";
    await until("all nodes Ready and all pods running", 180, () => allWell(site, first));
    tell(`${specs[index]?.name}: ${await shapeOf(site, first)}`);
  }
  return ended.map(({ seconds }, index) => `| ${specs[index]?.name}: 1+1 | ${seconds.toFixed(0)} |`);
};

/** `npm run test:cluster -- shapes`. */
export const run = async (): Promise<string> => {
  const rows: string[] = [];
  for (const work of [growing, beside]) {
    const site = await openSite({ name: "shapes", machines: 4 });
    try {
      rows.push(...(await work(site)));
    } finally {
      await site.close();
    }
  }
  return `\`slipway cluster apply\` on one machine, again with a worker more, and again with two control planes more; then two clusters from one appliance
at the same time. Every one ended with all nodes Ready and all pods running. Control planes + workers:

| cluster | seconds |
| --- | ---: |
${rows.join("\n")}`;
};
