import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ScaleFigures, Took } from "../support/scale-run.ts";

export const title = "Scale";

const MACHINES = 1000;
const TRIP_MS = 100;

/** As the launcher starts an engine. */
const ENGINE_FLAGS = ["--max-semi-space-size=4"];

const runOnce = async (): Promise<ScaleFigures> => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-scale-"));
  try {
    const program = join(import.meta.dirname, "..", "support", "scale-run.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...ENGINE_FLAGS,
      program,
      folder,
      String(MACHINES),
      String(TRIP_MS),
    ]);
    return JSON.parse(stdout) as ScaleFigures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const seconds = ({ wallMs, cpuMs }: Took): string =>
  `${(wallMs / 1000).toFixed(1)} | ${(cpuMs / 1000).toFixed(1)}`;

/**
 * An engine of its own process with a real journal, and a thousand machines that answer each round trip after 100 ms. The
 * workflow has the phases, needs, targets and limits of bootstrap; inventory and preflight give and judge real facts.
 */
export const measure = async (): Promise<string> => {
  const before = loadavg()[0] ?? 0;
  const found = await runOnce();
  return [
    `${found.machines} machines (3 control planes) that answer each round trip after ${TRIP_MS} ms in real time; a workflow of`,
    "bootstrap's own phases, needs, targets and limits whose work is such round trips (one to probe, two to change), inventory",
    `and preflight giving and judging real facts; a real journal; 4 subscribers of the feed. ${found.steps} steps, ${found.events} events,`,
    `outcome: ${found.outcome}. Load of the computer before: ${before.toFixed(0)} on its processors, shared with other work: the`,
    "processor time is what the engine itself takes.",
    "",
    "| | wall, s | processor, s | target, s |",
    "|---|---|---|---|",
    `| plan, nothing done yet, machines answer at once | ${seconds(found.planFresh)} | 2 |`,
    `| plan, all done: every step is probed | ${seconds(found.planDone)} | |`,
    `| plan, nothing done yet, machines answer after ${TRIP_MS} ms | ${seconds(found.planWaiting)} | |`,
    `| operation from start to end | ${seconds(found.operation)} | 60 |`,
    "",
    "| | | target |",
    "|---|---|---|",
    `| event to subscriber, ms: median / p95 / most | ${found.feedP50Ms} / ${found.feedP95Ms} / ${found.feedMaxMs} | |`,
    `| event loop held up longest, ms | ${found.stallMs.toFixed(0)} | |`,
    `| most memory ever held (VmHWM), MiB | ${found.memoryMiB.toFixed(0)} | 500 |`,
  ].join("\n");
};
