import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { SlipwayError } from "../../../contract/errors/index.ts";

/** A program to run for a component. */
export interface CommandOptions {
  readonly component: string;
  readonly signal: AbortSignal;
  readonly cwd?: string;
  /** Replaces the environment whole; by default the engine's own is handed on. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Receives each line of both outputs. */
  readonly onLine?: (line: string) => void;
  /** What to install when the program is missing. */
  readonly remedy: string;
  /** Exit codes that are an answer. Default [0]. */
  readonly expect?: readonly number[];
  /** Error to raise on another exit code. Default BUILD_COMMAND_FAILED. */
  readonly failure?: "BUILD_COMPILE_FAILED" | "BUILD_COMMAND_FAILED";
}

/** What a command printed. */
export interface CommandOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Outputs beyond this are cut at the front: the end of a compiler's output is what matters. */
const KEPT_OUTPUT = 4 * 2 ** 20;
const GRACE_MS = 3000;

/**
 * Runs the program given and, beside it, waits on a pipe that only the engine holds open. When the engine ends in
 * whatever way, kill -9 included, the pipe closes and the whole group is ended: no compiler goes on for nobody.
 */
const SUPERVISOR = `
exec 3<&0 </dev/null
( read -r _ <&3; kill -KILL 0 ) >/dev/null 2>&1 &
"$@" 3<&-
code=$?
kill -KILL $! 2>/dev/null
exit $code
`;
/** What a shell answers for a program it cannot find (POSIX.1-2017, "Exit Status for Commands"). */
const NOT_FOUND = 127;

/**
 * Runs argv in a process group of its own and waits for it. When the signal aborts, the whole group is ended (SIGTERM,
 * then SIGKILL), so that no compiler is left behind, and the call rejects with CANCELLED. The group also ends when this
 * process does.
 */
export const runCommand = async (
  argv: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<CommandOutput> => {
  if (options.signal.aborted) throw SlipwayError.of("CANCELLED", {});
  const [program] = argv;
  const child = spawn("/bin/sh", ["-c", SUPERVISOR, "slipway-build", ...argv], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const kept = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new StringDecoder("utf8");
    let rest = "";
    child[name].on("data", (chunk: Buffer) => {
      const text = decoder.write(chunk);
      kept[name] = (kept[name] + text).slice(-KEPT_OUTPUT);
      if (options.onLine === undefined) return;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) options.onLine(line);
    });
  }
  const stop = endGroupOnAbort(child.pid, options.signal);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exit, killedBy) => resolve(exit ?? (killedBy === null ? 1 : 128)));
    });
    if (options.signal.aborted) throw SlipwayError.of("CANCELLED", {});
    if (code === NOT_FOUND && !(await isInstalled(program, options.env ?? process.env))) {
      throw SlipwayError.of("BUILD_TOOL_MISSING", {
        tool: program,
        component: options.component,
        remedy: options.remedy,
      });
    }
    if (!(options.expect ?? [0]).includes(code)) throw failed(program, code, { options, kept });
    return { code, ...kept };
  } finally {
    stop();
  }
};

const isInstalled = async (program: string, env: Readonly<Record<string, string | undefined>>) => {
  const folders = program.includes("/") ? [""] : (env["PATH"] ?? "").split(delimiter);
  for (const folder of folders) {
    const found = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
};

const failed = (
  program: string,
  code: number,
  { options, kept }: { options: CommandOptions; kept: { stdout: string; stderr: string } },
): SlipwayError => {
  const detail = `${kept.stdout}\n${kept.stderr}`.trim().slice(-64 * 1024);
  return options.failure === "BUILD_COMPILE_FAILED"
    ? SlipwayError.of("BUILD_COMPILE_FAILED", { component: options.component, code }, { detail })
    : SlipwayError.of(
        "BUILD_COMMAND_FAILED",
        { command: program, code, component: options.component },
        { detail },
      );
};

const endGroupOnAbort = (pid: number | undefined, signal: AbortSignal): (() => void) => {
  if (pid === undefined) return () => undefined;
  const kill = (name: NodeJS.Signals): void => {
    try {
      process.kill(-pid, name);
    } catch {
      // The group has ended by itself.
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    kill("SIGTERM");
    timer = setTimeout(() => kill("SIGKILL"), GRACE_MS);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  return () => {
    signal.removeEventListener("abort", onAbort);
    clearTimeout(timer);
  };
};
