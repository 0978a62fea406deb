import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "../../installer/adapters/clock/system-clock.ts";
import { openJournal } from "../../installer/adapters/journal/open.ts";
import { ClusterSpec } from "../../installer/contract/spec/cluster.ts";
import { createRedactor } from "../../installer/core/redact.ts";
import { createClusters } from "../../installer/services/clusters.ts";
import { createOperations } from "../../installer/services/operations.ts";
import { bootstrap } from "../../installer/workflows/bootstrap.ts";
import { noSite } from "../fakes/engine.ts";
import { silentLog } from "../fakes/engine-services.ts";
import { FakeRemote } from "../fakes/remote.ts";
import { shapedLike } from "./shaped-workflow.ts";

/** What one run found out. Times in milliseconds, memory in MiB. */
export interface ScaleFigures {
  readonly machines: number;
  readonly steps: number;
  readonly events: number;
  /** Plan of a site where nothing is done, machines answering at once. */
  readonly planFresh: Took;
  /** Plan of a site where all is done: every step is probed. */
  readonly planDone: Took;
  /** The fresh plan with machines that take their time to answer. */
  readonly planWaiting: Took;
  readonly outcome: string;
  readonly operation: Took;
  /** From an event's time in the journal to a subscriber that has it. */
  readonly feedP50Ms: number;
  readonly feedP95Ms: number;
  readonly feedMaxMs: number;
  /** How long the event loop was held up, the longest time. */
  readonly stallMs: number;
  readonly memoryMiB: number;
}

const SUBSCRIBERS = 4;

const clusterOf = (machines: number): ClusterSpec =>
  ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: "big",
    endpoint: { virtualIp: "192.168.0.2" },
    network: { pods: "10.128.0.0/10", services: "10.96.0.0/16" },
    machines: Array.from({ length: machines }, (_, index) => ({
      name: `m${index + 1}`,
      address: `192.168.${1 + Math.floor(index / 250)}.${(index % 250) + 1}`,
      roles: [index < 3 ? "control-plane" : "worker"],
    })),
  });

/** How long work took, and how much of that this process computed: the rest it waited, also for other processes. */
export interface Took {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const timed = async (work: () => Promise<unknown>): Promise<Took> => {
  const begun = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallMs: performance.now() - begun, cpuMs: (user + system) / 1000 };
};

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

/** Most that the process ever held (VmHWM of /proc/self/status). */
const peakMiB = (): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;

/** Watches how late a timer fires. */
const stallWatch = (): (() => number) => {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 20);
    last = now;
  }, 20);
  return () => {
    clearInterval(timer);
    return longest;
  };
};

const run = async (folder: string, machines: number, tripMs: number): Promise<ScaleFigures> => {
  const cluster = clusterOf(machines);
  let pace = 0;
  const done = new Set<string>();
  const everything = new Set<string>();
  const trip = async ({ signal }: { readonly signal: AbortSignal }): Promise<void> => {
    if (pace > 0) await pause(pace, undefined, { signal });
  };
  const log = silentLog;
  const redactor = createRedactor();
  redactor.add("a-secret-that-is-looked-for");
  const journal = await openJournal({ path: join(folder, "journal.db"), clock: systemClock, log, redactor });
  const ports = { ...noSite, clock: systemClock, remote: new FakeRemote() };
  const operationsWith = (changes: Set<string>) =>
    createOperations({
      workflows: [shapedLike(bootstrap, { trip, done: changes })],
      ports,
      journal,
      clusters: createClusters(journal),
      log,
      newId: () => "op-0000000001",
    });
  const operations = operationsWith(done);
  const request = { workflow: "bootstrap", cluster, parameters: {} };
  const { signal } = new AbortController();
  const plan = await operations.plan(request, signal);
  for (const { step } of plan.steps) everything.add(`${step.phase}@${step.machine}`);
  const planFresh = await timed(() => operations.plan(request, signal));
  const planDone = await timed(() => operationsWith(everything).plan(request, signal));
  pace = tripMs;
  const planWaiting = await timed(() => operations.plan(request, signal));

  const stall = stallWatch();
  let id = "";
  const delays: number[] = [];
  let outcome = "?";
  const subscribe = async (): Promise<number> => {
    let seen = 0;
    for await (const item of operations.feed({ operation: id }, signal)) {
      if (item.kind !== "event") continue;
      seen += 1;
      delays.push(Date.now() - item.event.at);
      if (item.event.body.type === "operation.ended") outcome = item.event.body.outcome;
    }
    return seen;
  };
  let events = 0;
  const operation = await timed(async () => {
    ({ id } = await operations.start({ ...request, by: "bench" }));
    [events = 0] = await Promise.all(Array.from({ length: SUBSCRIBERS }, subscribe));
  });
  const stallMs = stall();
  const memoryMiB = peakMiB();
  await operations.shutdown();
  await journal.close();
  const sorted = delays.toSorted((one, other) => one - other);
  return {
    machines,
    steps: plan.steps.length,
    events,
    planFresh,
    planDone,
    planWaiting,
    outcome,
    operation,
    feedP50Ms: at(sorted, 0.5),
    feedP95Ms: at(sorted, 0.95),
    feedMaxMs: sorted.at(-1) ?? 0,
    stallMs,
    memoryMiB,
  };
};

const [folder = "", machines = "1000", tripMs = "100"] = process.argv.slice(2);
const figures = await run(folder, Number(machines), Number(tripMs));
process.stdout.write(`${JSON.stringify(figures)}\n`);
