import { isDeepStrictEqual } from "node:util";
import { openTestLab } from "../lab/harness.ts";
import { crashRun, type CrashRun } from "./crash-run.ts";
import { fakeCrash, fakeProblem } from "./fake-bootstrap.ts";

/** First place where two values differ, for the line of a run that went wrong. */
const difference = (one: unknown, other: unknown, path = ""): string | undefined => {
  if (isDeepStrictEqual(one, other)) return undefined;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return `${path} is ${String(one)}, was ${String(other)}`;
  }
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = difference(Reflect.get(one, key), Reflect.get(other, key), `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return path;
};

/**
 * Kills the engine behind every journal event of a check of four machines, each boundary once, and resumes each time.
 * `npm run crash [-- EVERY [FIRST]]` looks at every EVERY-th boundary only. Prints a line per kill and a summary for
 * docs/reliability.md; exits with 1 when one of them did not end well.
 */
const main = async (every: number, first: number): Promise<number> => {
  const site = await openTestLab({ name: "crash", machines: 4 });
  try {
    const begun = Date.now();
    const calm = await crashRun(site, undefined);
    process.stdout.write(`undisturbed: ${calm.outcome}, ${calm.events} events\n`);
    const verdict = (run: CrashRun): string | undefined => {
      if (run.outcome !== calm.outcome) return `ended as ${run.outcome}`;
      if (run.repeated.length > 0) return `repeated ${run.repeated.join(", ")}`;
      return isDeepStrictEqual(run.facts, calm.facts)
        ? undefined
        : `facts differ: ${difference(run.facts, calm.facts)}`;
    };
    const bad: number[] = [];
    let kills = 0;
    for (let boundary = first; boundary <= calm.events; boundary += every) {
      const run = await crashRun(site, boundary);
      const problem = verdict(run);
      kills += 1;
      if (problem !== undefined) bad.push(boundary);
      process.stdout.write(`${boundary}\t${run.killedAfter}\t${run.events} events\t${problem ?? "ok"}\n`);
    }
    const seconds = Math.round((Date.now() - begun) / 1000);
    process.stdout.write(
      `${kills} kills over ${calm.events} boundaries, ${bad.length} ended badly, ${seconds} s\n`,
    );
    return bad.length === 0 && calm.outcome === "succeeded" ? 0 : 1;
  } finally {
    await site.close();
  }
};

/** The same behind every event of a bootstrap of the real phases' shape, over fakes: `npm run crash -- --fakes [EVERY [FIRST]]`. */
const fakes = async (every: number, first: number): Promise<number> => {
  const begun = performance.now();
  const calm = await fakeCrash(undefined);
  const bad: string[] = [];
  const kinds = new Map<string, number>();
  for (let boundary = first; boundary <= calm.events; boundary += every) {
    const run = await fakeCrash(boundary);
    kinds.set(run.killedAfter, (kinds.get(run.killedAfter) ?? 0) + 1);
    const problem = fakeProblem(run, calm);
    if (problem !== undefined) bad.push(`behind event ${boundary} (${run.killedAfter}): ${problem}`);
  }
  for (const [kind, kills] of kinds) process.stdout.write(`${kills}\t${kind}\n`);
  for (const line of bad) process.stdout.write(`${line}\n`);
  const kills = [...kinds.values()].reduce((sum, count) => sum + count, 0);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  process.stdout.write(
    `${kills} kills over ${calm.events} boundaries, ${calm.changes.length} changes each, ${bad.length} ended badly, ${seconds} s\n`,
  );
  return bad.length === 0 && calm.outcome === "succeeded" ? 0 : 1;
};

const [word, ...rest] = process.argv.slice(2);
const [every = 1, first = 1] = (word === "--fakes" ? rest : process.argv.slice(2)).map(Number);
process.exitCode = await (word === "--fakes" ? fakes : main)(every, first);
