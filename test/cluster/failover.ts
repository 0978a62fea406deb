import { holders, leaders, strike } from "./support/faults.ts";
import { allWell, openCluster, tell, until, type TestSite } from "./support/site.ts";
import { startWriter, type Writer } from "./support/writer.ts";

/** Heading in docs/reliability.md. */
export const title = "Loss of the machine that holds the API's address";

interface Cause {
  readonly name: string;
  strike(site: TestSite, machine: string): Promise<void>;
  mend(site: TestSite, machine: string): Promise<void>;
}

const causes: readonly Cause[] = [
  {
    name: "power cut",
    strike: (site, machine) => strike(site, machine, "kill"),
    mend: (site, machine) => strike(site, machine, "start"),
  },
  {
    name: "link cut",
    strike: (site, machine) => strike(site, machine, "cut"),
    mend: (site, machine) => strike(site, machine, "heal"),
  },
  {
    name: "API server killed",
    strike: (site, machine) =>
      site.lab.lab.fault(site.lab.name, machine, { type: "kill-process", process: "kube-apiserver" }),
    mend: () => Promise.resolve(),
  },
];

/** What one blow showed: the longest time without an acknowledged write, and whether the machine also led etcd. */
interface Round {
  readonly ms: number;
  readonly led: boolean;
}

const controlPlanes = ["n1", "n2", "n3"];

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Strikes the machine that holds the address, once. */
const once = async (site: TestSite, writer: Writer, cause: Cause): Promise<Round> => {
  const [holder = "n1", ...others] = await holders(site, controlPlanes);
  if (others.length > 0) throw new Error(`the address is held by ${[holder, ...others].join(" and ")}`);
  const led = (await leaders(site, controlPlanes)).includes(holder);
  await writer.flowing();
  const struck = performance.now();
  await cause.strike(site, holder);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await writer.flowing();
  const { ms } = writer.longestGap(struck);
  await cause.mend(site, holder);
  const survivor = controlPlanes.find((name) => name !== holder) ?? "n2";
  const back = await until("all nodes Ready and all pods running", 300, () => allWell(site, survivor));
  const role = led ? ", which led etcd" : "";
  tell(`${cause.name} on ${holder}${role}: ${Math.round(ms)} ms; all well after ${back.toFixed(0)} s`);
  return { ms, led };
};

/**
 * `npm run test:cluster -- failover [times] ["power cut"|"link cut"|"API server killed"]`: 3 control planes and a worker;
 * each cause, or the one that is named, `times` times (10).
 */
export const run = async ([times = "10", only]: readonly string[]): Promise<string> => {
  const site = await openCluster({ name: "failover", machines: 4 });
  try {
    const writer = await startWriter(site);
    const rows: string[] = [];
    for (const cause of causes.filter(({ name }) => only === undefined || name === only)) {
      const rounds: Round[] = [];
      for (let round = 0; round < Number(times); round += 1) rounds.push(await once(site, writer, cause));
      const gaps = rounds.map(({ ms }) => Math.round(ms));
      const shown = rounds.map(({ ms, led }) => `${Math.round(ms)}${led ? "*" : ""}`).join(", ");
      rows.push(`| ${cause.name} | ${gaps.length} | ${median(gaps)} | ${Math.max(...gaps)} | ${shown} |`);
    }
    const lost = await writer.stop();
    if (lost.length > 0) process.exitCode = 1;
    return `A client begins a write through the virtual address every 50 ms, each on a connection of its own. The machine that
holds the address is struck, and put right when writes flow again. The figure is the longest time without an acknowledged write;
a star marks a machine that also led etcd.

| what happens to the holder | times | median, ms | worst, ms | all, ms |
| --- | ---: | ---: | ---: | --- |
${rows.join("\n")}

Of ${writer.acknowledged} acknowledged writes ${lost.length} were lost; ${writer.failed} attempts failed and were never acknowledged.`;
  } finally {
    await site.close();
  }
};
