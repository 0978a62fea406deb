import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openSite, kubectlOn, specOf, tell, failuresOf, type TestSite } from "../cluster/support/site.ts";
import { openTestLab } from "../lab/harness.ts";
import { startEngine } from "../support/engine-process.ts";
import { openAccount, type ProcessorAccount } from "./yardstick/account.ts";
import { prepareYardstick, type PreparedYardstick } from "./yardstick/prepare.ts";
import { runYardstick } from "./yardstick/run.ts";

export const title = "Bootstrap: a highly available cluster";

const MACHINES = 4;
const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 3);
/** A load below this is called quiet; how long each run waits for it before it begins all the same. */
const QUIET_LOAD = 3;
const QUIET_SECONDS = Number(process.env["BENCH_QUIET_SECONDS"] ?? 180);

/** One timed run of either. */
interface Run {
  readonly load: number;
  /** Until four nodes were Ready and CoreDNS was Available. */
  readonly ready: number;
  /** Processor seconds of machines and appliance until then. */
  readonly cpu: number;
  readonly applianceCpu: number;
}

interface SlipwayRun extends Run {
  /** Until every step had ended, the smoke test and three filled registries included. */
  readonly whole: number;
  readonly wholeCpu: number;
  /** Until three registries served the whole content. */
  readonly registries: number;
  /** The same spec again, with nothing to do. */
  readonly again: number;
  /** A fifth machine: until it is Ready, and until every step had ended. */
  readonly worker: { readonly ready: number; readonly whole: number };
  /** The steps that decided how long it took. */
  readonly path: readonly string[];
}

const load = (): number => loadavg()[0] ?? 0;

/** Waits for other work on the computer to end, for a while. */
const quiet = async (): Promise<number> => {
  const end = Date.now() + QUIET_SECONDS * 1000;
  while (load() >= QUIET_LOAD && Date.now() < end) await sleep(1000);
  return load();
};

/** A finished apply, with times in seconds from its start. */
interface Applied {
  readonly ready: number;
  readonly whole: number;
  readonly registries: number;
  readonly cpu: number;
  readonly applianceCpu: number;
  readonly wholeCpu: number;
  readonly path: readonly string[];
}

const apply = async (site: TestSite, account: ProcessorAccount): Promise<Applied> => {
  const { client } = site.engine;
  const before = { all: account.seconds(), appliance: account.applianceSeconds() };
  const begun = Date.now();
  const started = await client.operations.start({ workflow: "bootstrap", spec: await specOf(site) });
  let [ready, whole, registries, cpu, applianceCpu] = [Number.NaN, Number.NaN, 0, Number.NaN, Number.NaN];
  let path: readonly string[] = [];
  for await (const item of await client.operations.events({ id: started.id })) {
    if (item.kind !== "event") continue;
    const { at, body } = item.event;
    const seconds = (at - begun) / 1000;
    if (body.type === "step.ended" && body.step.phase === "cluster.ready") {
      ready = seconds;
      cpu = account.seconds() - before.all;
      applianceCpu = account.applianceSeconds() - before.appliance;
    }
    if (body.type === "step.ended" && body.step.phase === "registry.serve") registries = seconds;
    if (body.type === "operation.ended") {
      whole = seconds;
      path = body.criticalPath.map(
        ({ step, ranMs, waitedMs }) =>
          `${step.phase}@${step.machine} ${((ranMs + waitedMs) / 1000).toFixed(1)}`,
      );
    }
  }
  const wholeCpu = account.seconds() - before.all;
  tell(
    `apply: ready ${ready.toFixed(1)} s, registries ${registries.toFixed(1)} s, whole ${whole.toFixed(1)} s, cpu ${cpu.toFixed(1)} of ${wholeCpu.toFixed(1)} s, appliance ${applianceCpu.toFixed(1)} s: ${path.join(", ")}`,
  );
  const { status } = await client.operations.get({ id: started.id });
  if (status !== "succeeded") {
    throw new Error(
      `the apply ended as ${status}\n${failuresOf(await client.operations.steps({ id: started.id }))}`,
    );
  }
  return { ready, whole, registries, cpu, applianceCpu, wholeCpu, path };
};

/** Nobody's word is taken: what counts as ready is asked of the cluster itself. */
const assertReady = async (site: Pick<TestSite, "lab">, machines: number): Promise<void> => {
  const nodes = await kubectlOn(site, "n1", "get nodes --no-headers");
  const names = nodes.match(/^\S+\s+Ready\s/gm) ?? [];
  const dns = await kubectlOn(
    site,
    "n1",
    "-n kube-system get deployment coredns -o 'jsonpath={.status.availableReplicas}'",
  );
  if (names.length !== machines || Number(dns) < 1) {
    throw new Error(`the cluster is not ready\n${nodes}\nCoreDNS available: ${dns}`);
  }
};

const runSlipway = async (): Promise<SlipwayRun> => {
  const site = await openSite({ name: "bench", machines: MACHINES });
  try {
    const account = openAccount(site.lab.name);
    account.enter(site.engine.pid);
    const loadBefore = await quiet();
    const first = await apply(site, account);
    await assertReady(site, MACHINES);
    const again = await apply(site, account);
    await site.lab.lab.up({ name: site.lab.name, machines: MACHINES + 1, vms: 0, subnet: "10.99.0.0/24" });
    const worker = await apply(site, account);
    await assertReady(site, MACHINES + 1);
    return {
      ...first,
      load: loadBefore,
      again: again.whole,
      worker: { ready: worker.ready, whole: worker.whole },
    };
  } finally {
    await site.close();
  }
};

const runOther = async (prepared: PreparedYardstick): Promise<Run> => {
  const lab = await openTestLab({ name: "yardstick", machines: MACHINES });
  try {
    const account = openAccount(lab.name);
    const loadBefore = await quiet();
    const before = { all: account.seconds(), appliance: account.applianceSeconds() };
    const { seconds, steps } = await runYardstick(prepared, {
      key: lab.privateKeyFile,
      enter: (pid) => account.enter(pid),
    });
    const cpu = account.seconds() - before.all;
    const applianceCpu = account.applianceSeconds() - before.appliance;
    if (process.env["BENCH_STEPS"] !== undefined) process.stderr.write(steps);
    await assertReady({ lab }, MACHINES);
    return { load: loadBefore, ready: seconds, cpu, applianceCpu };
  } finally {
    await lab.close();
  }
};

/** A store with the newest release, for all runs, and the yardstick's share of it. */
const prepare = async (folder: string): Promise<PreparedYardstick> => {
  const storeFolder = process.env["SLIPWAY_STORE"] ?? join(folder, "store");
  if (process.env["SLIPWAY_STORE"] === undefined) {
    process.env["SLIPWAY_STORE"] = storeFolder;
    const engine = await startEngine(join(folder, "builder"));
    try {
      for await (const item of await engine.client.bundles.build({ architectures: ["amd64"] })) void item;
    } finally {
      await engine.stop();
    }
  }
  const lab = await openTestLab({ name: "yardstick", machines: MACHINES });
  const { spec } = lab;
  await lab.close();
  return prepareYardstick(join(folder, "yardstick"), { storeFolder, spec });
};

const median = (all: readonly number[]): number => {
  const sorted = all.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2;
};

const seconds = (all: readonly number[]): string =>
  `${all.map((one) => one.toFixed(1)).join(" / ")} | ${median(all).toFixed(1)}`;

const report = (slipway: readonly SlipwayRun[], yardstick: readonly Run[]): string => {
  const ratio = median(slipway.map(({ ready }) => ready)) / median(yardstick.map(({ ready }) => ready));
  const cpuRatio = median(slipway.map(({ cpu }) => cpu)) / median(yardstick.map(({ cpu }) => cpu));
  const rows: readonly (readonly [string, readonly number[], string])[] = [
    ["Slipway: ready, s", slipway.map(({ ready }) => ready), ""],
    ["yardstick: ready, s", yardstick.map(({ ready }) => ready), ""],
    ["Slipway: processor s until ready", slipway.map(({ cpu }) => cpu), ""],
    ["of that the appliance", slipway.map(({ applianceCpu }) => applianceCpu), ""],
    ["yardstick: processor s until ready", yardstick.map(({ cpu }) => cpu), ""],
    ["of that its registry and SSH clients", yardstick.map(({ applianceCpu }) => applianceCpu), ""],
    ["Slipway: three registries filled and serving, s", slipway.map(({ registries }) => registries), ""],
    ["Slipway: every step, smoke test included, s", slipway.map(({ whole }) => whole), ""],
    ["Slipway: processor s of every step", slipway.map(({ wholeCpu }) => wholeCpu), ""],
    ["Slipway: apply again, nothing to do, s", slipway.map(({ again }) => again), ""],
    ["Slipway: a worker more, ready, s", slipway.map(({ worker }) => worker.ready), "20"],
    ["Slipway: a worker more, every step, s", slipway.map(({ worker }) => worker.whole), ""],
    ["load at the start: Slipway", slipway.map((run) => run.load), ""],
    ["load at the start: yardstick", yardstick.map((run) => run.load), ""],
  ];
  return `${ROUNDS} rounds, in turns, each on ${MACHINES} fresh machines of the lab, from machines that answer SSH with nothing installed to four nodes
Ready and CoreDNS Available. The yardstick is a script for the same machines out of the same bundle (test/bench/yardstick); it checks
nothing, fills no registry and cannot be continued. Runs wait up to ${QUIET_SECONDS} s for a load below ${QUIET_LOAD}.

| what | runs | median | target |
| --- | ---: | ---: | ---: |
${rows.map(([what, all, target]) => `| ${what} | ${seconds(all)} | ${target} |`).join("\n")}
| **Slipway / yardstick, ready** | | **${ratio.toFixed(2)}** | 1.05 |
| Slipway / yardstick, processor time | | ${cpuRatio.toFixed(2)} | |

What decided how long Slipway took, in the last run (seconds): ${slipway.at(-1)?.path.join(", ") ?? ""}.
`;
};

/** Runs Slipway and the yardstick in turns. Needs root. */
export const measure = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-bench-bootstrap-"));
  const slipway: SlipwayRun[] = [];
  const yardstick: Run[] = [];
  try {
    const prepared = await prepare(folder);
    for (let round = 1; round <= ROUNDS; round++) {
      const one = await runSlipway();
      slipway.push(one);
      tell(
        `round ${round} Slipway: ready ${one.ready.toFixed(1)} s, whole ${one.whole.toFixed(1)} s, cpu ${one.cpu.toFixed(1)} s, again ${one.again.toFixed(1)} s, worker ${one.worker.ready.toFixed(1)} s, load ${one.load.toFixed(1)}`,
      );
      const other = await runOther(prepared);
      yardstick.push(other);
      tell(
        `round ${round} yardstick: ready ${other.ready.toFixed(1)} s, cpu ${other.cpu.toFixed(1)} s, load ${other.load.toFixed(1)}`,
      );
    }
    return report(slipway, yardstick);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
