import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { execFile } from "node:child_process";
import type { Operation, Step } from "../../installer/contract/api/operations.ts";
import { stepKey, type EventBody, type OperationEvent } from "../../installer/contract/operation.ts";
import type { EngineClient } from "../../installer/cli/link/client.ts";
import type { TestLab } from "../lab/harness.ts";
import { startEngine } from "../support/engine-process.ts";

const run = promisify(execFile);

/** What one kill showed. */
export interface CrashRun {
  /** Events after which the engine was killed; undefined for the run that is left in peace. */
  readonly boundary: number | undefined;
  /** Type of the last event before the kill. */
  readonly killedAfter: string;
  readonly events: number;
  readonly outcome: string;
  /** Steps that changed their machine more than once, or were applied although found satisfied. Must be empty. */
  readonly repeated: readonly string[];
  /** The machines' facts in the end, without what changes by itself. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Puts the machines back to how they were before the first operation. */
const resetMachines = async (site: TestLab): Promise<void> => {
  await Promise.all(
    site.spec.machines.map((machine) =>
      run("ssh", [
        ...[
          "-i",
          site.privateKeyFile,
          "-o",
          "StrictHostKeyChecking=no",
          "-o",
          "UserKnownHostsFile=/dev/null",
        ],
        ...["-o", "LogLevel=ERROR", `root@${machine.address}`],
        "rm -rf /etc/slipway && find /var/lib/slipway -mindepth 1 -delete",
      ]),
    ),
  );
};

/**
 * Runs the check workflow on the lab, kills the engine with SIGKILL right behind the given event, starts it again and
 * lets it finish by itself.
 */
export const crashRun = async (site: TestLab, boundary: number | undefined): Promise<CrashRun> => {
  await resetMachines(site);
  const data = await mkdtemp(join(tmpdir(), "slipway-crash-"));
  try {
    const file = site.lab.clusterFile(site.name);
    const spec = { file, text: await readFile(file, "utf8") };
    const env = boundary === undefined ? {} : { SLIPWAY_CRASH_AFTER_EVENT: String(boundary) };
    let engine = await startEngine(data, env);
    const started = engine.client.operations.start({ workflow: "check", spec }).catch(() => undefined);
    const operation = await Promise.race([started, engine.gone.then(() => undefined)]);
    let killedAfter = "-";
    if (boundary !== undefined) {
      await Promise.race([
        engine.gone,
        operation === undefined ? engine.gone : ended(engine.client, operation),
      ]);
      await engine.kill();
      engine = await startEngine(data);
      const before = (await engine.client.operations.list({ limit: 1 }))[0];
      killedAfter =
        before === undefined ? "-" : ((await events(engine.client, before))[boundary - 1]?.body.type ?? "-");
    }
    const [latest] = await engine.client.operations.list({ limit: 1 });
    if (latest === undefined)
      throw new Error(`no operation in the journal after a kill behind event ${boundary}`);
    await ended(engine.client, latest);
    const all = await events(engine.client, latest);
    const result: CrashRun = {
      boundary,
      killedAfter,
      events: all.length,
      outcome: (await engine.client.operations.get({ id: latest.id })).status,
      repeated: repeated(all.map(({ body }) => body)),
      facts: stableFacts(await engine.client.operations.steps({ id: latest.id })),
    };
    await engine.stop();
    return result;
  } finally {
    await rm(data, { recursive: true, force: true });
  }
};

/** Follows the feed to the operation's end, or to the death of the engine. */
const ended = async (client: EngineClient, { id }: Operation): Promise<void> => {
  try {
    for await (const item of await client.operations.events({ id })) void item;
  } catch {
    // The engine died, which is what the caller asked for; the journal tells the rest.
  }
};

const events = async (
  client: EngineClient,
  { id, status }: Operation,
): Promise<readonly OperationEvent[]> => {
  const found: OperationEvent[] = [];
  const last = (await client.operations.get({ id })).lastSeq;
  if (["running", "paused", "cancelling"].includes(status) && last === 0) return [];
  for await (const item of await client.operations.events({ id })) {
    if (item.kind === "event") found.push(item.event);
    if (item.kind === "event" && item.event.seq >= last) break;
  }
  return found;
};

/** Changes that were carried out to their end more than once, or begun again after they had been. */
const repeated = (bodies: readonly EventBody[]): readonly string[] => {
  const applied = new Set<string>();
  const again: string[] = [];
  for (const body of bodies) {
    if (body.type === "step.ended" && body.outcome === "applied") applied.add(stepKey(body.step));
    if (body.type === "step.applying" && applied.has(stepKey(body.step))) again.push(stepKey(body.step));
  }
  return again;
};

/**
 * Facts that two looks at the same machine agree on: identity and hardware, not load, time or free space, and not the mark
 * that the operation itself leaves, which a look before or after it sees or not. The lab shows the memory of its host, which grows.
 */
const stableFacts = (steps: readonly Step[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    steps
      .filter(({ step }) => step.phase === "machine.inventory")
      .map(({ step, output }) => [step.machine, stable(output)] as const)
      .toSorted(([one], [other]) => one.localeCompare(other)),
  );

const passing =
  /^(collectedAt|tookMs|uptimeSeconds|availableBytes|inodesFree|time|slipway|memoryBytes|totalBytes)$/;

/** Disks of the computer that the lab's containers run on: they come and go with other labs. */
const isForeign = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "own" in value && value.own === false;

const stable = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.filter((entry) => !isForeign(entry)).map(stable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !passing.test(key))
      .map(([key, inner]) => [key, stable(inner)]),
  );
};
