import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../installer/cli/link/client.ts";

export const title = "Engine";

const RUNS = 7;
const program = join(import.meta.dirname, "..", "..", "slipway");

interface Start {
  /** From spawn to the word that it is ready. */
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly residentMiB: number;
  /** A call over the socket, once warm. */
  readonly callMs: number;
  readonly stopMs: number;
}

/** CPU time of a process so far, user and system, from /proc/PID/stat (clock ticks of 10 ms). */
const cpuMs = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

const residentMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

const startOnce = async (data: string): Promise<Start> => {
  const begun = performance.now();
  const child = spawn(program, ["engine", "--data", data, "--ready-fd", "3"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const pid = child.pid ?? 0;
  const pipe = child.stdio[3];
  if (!(pipe instanceof Object) || !("once" in pipe)) throw new Error("no pipe");
  const died = once(child, "exit").then(([code]) => [Buffer.from(`it ended with ${String(code)}`)]);
  const [line] = (await Promise.race([once(pipe, "data"), died])) as [Buffer];
  if (!line.toString().includes("ready")) throw new Error(`the engine did not start: ${line.toString()}`);
  const ready = { wallMs: performance.now() - begun, cpuMs: cpuMs(pid) };
  const { client, close } = connect({ socketPath: join(data, "engine.sock"), user: "bench" });
  for (let call = 0; call < 20; call++) await client.engine.info();
  const called = performance.now();
  for (let call = 0; call < 200; call++) await client.engine.info();
  const callMs = (performance.now() - called) / 200;
  close();
  // Idle: what was needed for the start has been given back by then.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const resident = residentMiB(pid);
  const told = performance.now();
  child.kill("SIGTERM");
  await died;
  return { ...ready, residentMiB: resident, callMs, stopMs: performance.now() - told };
};

const spread = (values: readonly number[], digits: number): string => {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (index: number): string => (sorted[index] ?? 0).toFixed(digits);
  return `${at(Math.floor(sorted.length / 2))} | ${at(0)} | ${at(sorted.length - 1)}`;
};

/** Starts an engine on an existing data folder several times, the compile cache warm, as every start but the first is. */
export const measure = async (): Promise<string> => {
  const data = mkdtempSync(join(tmpdir(), "slipway-bench-"));
  try {
    await startOnce(data);
    const starts: Start[] = [];
    for (let run = 0; run < RUNS; run++) starts.push(await startOnce(data));
    const row = (name: string, key: keyof Start, target: string): string =>
      `| ${name} | ${spread(
        starts.map((start) => start[key]),
        key === "callMs" ? 2 : 0,
      )} | ${target} |`;
    return [
      `${RUNS} starts on an existing data folder.`,
      "",
      "| | median | least | most | target |",
      "|---|---|---|---|---|",
      row("start to ready, ms", "wallMs", "600"),
      row("CPU until ready, ms (what the start takes on a quiet machine)", "cpuMs", ""),
      row("idle memory (RSS), MiB", "residentMiB", "150"),
      row("call over the socket, ms", "callMs", ""),
      row("SIGTERM to gone, ms", "stopMs", ""),
    ].join("\n");
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
};
