import type { Operation } from "../../installer/contract/api/operations.ts";
import { stepKey, type EventBody } from "../../installer/contract/operation.ts";
import { bootstrap } from "../../installer/workflows/bootstrap.ts";
import {
  allWell,
  eventsOf,
  failuresOf,
  openSite,
  specOf,
  tell,
  until,
  type TestSite,
} from "./support/site.ts";

/** Heading in docs/reliability.md. */
export const title = "Engine killed while it makes a cluster";

/** Moments of a step at which the engine is killed: before a change is made, in the middle of it, and after it. */
const moments = ["step.started", "step.applying", "step.ended"] as const;
type Moment = (typeof moments)[number];

interface Kill {
  readonly phase: string;
  readonly moment: Moment;
}

/** Follows an operation until an event fits, or it ends. Gives the phase whose event fitted. */
const awaited = async (
  site: TestSite,
  { id }: Pick<Operation, "id">,
  fits: (body: EventBody) => string | undefined,
): Promise<string | undefined> => {
  const { lastSeq } = await site.engine.client.operations.get({ id });
  for await (const item of await site.engine.client.operations.events({ id, after: lastSeq })) {
    const found = item.kind === "event" ? fits(item.event.body) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Changes begun again although they had been carried out to their end. Must be empty. */
const repeatedIn = (bodies: readonly EventBody[]): readonly string[] => {
  const applied = new Set<string>();
  const again = new Set<string>();
  for (const body of bodies) {
    if (body.type === "step.ended" && body.outcome === "applied") applied.add(stepKey(body.step));
    if (body.type === "step.applying" && applied.has(stepKey(body.step))) again.add(stepKey(body.step));
  }
  return [...again];
};

/** One cluster from nothing, with the engine killed once in each phase at the given moment. */
const disturbed = async (
  moment: Moment,
): Promise<{ kills: readonly Kill[]; problems: readonly string[]; seconds: number }> => {
  const site = await openSite({ name: "crash", machines: 4 });
  const kills: Kill[] = [];
  try {
    const begun = performance.now();
    const left = new Set(bootstrap.phases.map(({ id }) => id));
    let operation = await site.engine.client.operations.start({
      workflow: "bootstrap",
      spec: await specOf(site),
    });
    for (;;) {
      const phase = await awaited(site, operation, (body) =>
        body.type === moment && left.has(body.step.phase) ? body.step.phase : undefined,
      );
      if (phase === undefined) break;
      // A little later each time, so that the engine dies at different places behind the event.
      await new Promise((resolve) => setTimeout(resolve, (kills.length * 37) % 400));
      await site.engine.kill();
      left.delete(phase);
      kills.push({ phase, moment });
      tell(`kill ${kills.length}: ${moment} of ${phase}`);
      await site.restart();
      operation = await site.engine.client.operations.get({ id: operation.id });
    }
    const problems: string[] = [];
    const ended = await site.engine.client.operations.get({ id: operation.id });
    if (ended.status !== "succeeded") {
      const steps = await site.engine.client.operations.steps({ id: operation.id });
      problems.push(`the operation ended as ${ended.status}: ${failuresOf(steps)}`);
    }
    await until("all nodes Ready and all pods running", 120, () => allWell(site, "n1")).catch((error) =>
      problems.push(String(error)),
    );
    const events = await eventsOf(site.engine.client, operation.id);
    const repeated = repeatedIn(events.map(({ body }) => body));
    if (repeated.length > 0) tell(`carried out again: ${repeated.join(", ")}`);
    return { kills, problems: [...problems, ...repeated], seconds: (performance.now() - begun) / 1000 };
  } finally {
    await site.close();
  }
};

/**
 * `npm run test:cluster -- crash [started|applying|ended]`: for each moment a cluster of 3 control planes and a worker from
 * nothing, with one kill -9 in every phase; nobody does anything but start the engine again.
 */
export const run = async ([only]: readonly string[]): Promise<string> => {
  const rows: string[] = [];
  for (const moment of moments.filter((one) => only === undefined || one === `step.${only}`)) {
    const { kills, problems, seconds } = await disturbed(moment);
    if (problems.length > 0) process.exitCode = 1;
    for (const problem of problems) tell(`PROBLEM ${problem}`);
    const outcome = problems.length === 0 ? "Ready" : problems.join("; ").slice(0, 500);
    rows.push(`| ${moment} | ${kills.length} | ${outcome} | ${seconds.toFixed(0)} |`);
  }
  return `\`slipway cluster apply\` of 3 control planes and a worker. The engine is killed with SIGKILL right behind an event of that kind, once in
every phase that has one, up to 0.4 s later each time, and started again; nothing else is done. "Ready" means: the operation ended well, its
smoke test passed, every node is Ready, every pod runs, and no change that had been carried out was made a second time.

| killed behind | kills | in the end | seconds |
| --- | ---: | --- | ---: |
${rows.join("\n")}`;
};
