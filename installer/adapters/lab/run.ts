import { execFile } from "node:child_process";
import { SlipwayError } from "../../contract/errors/index.ts";

/** What a command that ended in an expected way printed. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Input and bounds of one command. */
export interface RunSettings {
  readonly stdin?: string;
  readonly signal?: AbortSignal | undefined;
  /** Exit codes that are an answer, not a failure. Default [0]. */
  readonly expect?: readonly number[];
  /** Killed with this process: for a command that must not go on writing when nobody waits for it any more. */
  readonly lifetime?: "ours";
  /** Time after which the command is killed. Default 60 s. */
  readonly timeoutMs?: number;
}

/** Runs one command of this computer. Rejects with LAB_COMMAND_FAILED (both outputs in `detail`), or CANCELLED. */
export const run = (argv: readonly string[], settings: RunSettings = {}): Promise<RunResult> =>
  new Promise((resolve, reject) => {
    const tied = settings.lifetime === "ours" ? ["setpriv", "--pdeathsig", "KILL", "--"] : [];
    const [file = "", ...args] = [...tied, ...argv];
    const child = execFile(
      file,
      args,
      {
        maxBuffer: 64 * 2 ** 20,
        timeout: settings.timeoutMs ?? 60_000,
        killSignal: "SIGKILL",
        ...(settings.signal === undefined ? {} : { signal: settings.signal }),
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        if (code !== 0 && settings.signal?.aborted === true) return reject(SlipwayError.of("CANCELLED", {}));
        if ((settings.expect ?? [0]).includes(code)) return resolve({ code, stdout, stderr });
        const detail = [stderr, stdout, code === -1 ? String(error?.message) : ""].filter(Boolean).join("\n");
        reject(SlipwayError.of("LAB_COMMAND_FAILED", { command: argv.join(" "), code }, { detail }));
      },
    );
    if (settings.stdin !== undefined) {
      // A command that ends before it has read everything tells so by its exit code.
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(settings.stdin);
    }
  });

/** Rejects with CANCELLED once `signal` has aborted: the place to stop between two steps. */
export const checkCancelled = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted === true) throw SlipwayError.of("CANCELLED", {});
};

/** Asks `ready` again and again until it gives a value; undefined once `timeoutMs` have passed. */
export const poll = async <T>(
  ready: () => T | undefined | Promise<T | undefined>,
  settings: { timeoutMs: number; everyMs?: number; signal?: AbortSignal | undefined },
): Promise<T | undefined> => {
  const end = performance.now() + settings.timeoutMs;
  for (;;) {
    const value = await ready();
    if (value !== undefined) return value;
    checkCancelled(settings.signal);
    if (performance.now() > end) return undefined;
    await new Promise((wake) => setTimeout(wake, settings.everyMs ?? 30));
  }
};
