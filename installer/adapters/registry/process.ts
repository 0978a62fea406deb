import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import type { Log } from "../../core/ports/log.ts";

/** What the registry child is started with. */
export interface RegistryOptions {
  /** The `registry` program of CNCF Distribution. */
  readonly program: string;
  readonly configPath: string;
  /** Folder that `publishImages` fills. */
  readonly root: string;
  /** Address and port to listen on. */
  readonly listen: string;
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly log: Log;
  /** Told at every start. */
  readonly onStart?: (pid: number) => void;
}

/** A registry that runs until it is stopped. */
export interface RunningRegistry {
  /** How often it died and was started again. */
  restarts(): number;
  /** Process of the moment; undefined between a death and the next start. */
  pid(): number | undefined;
  /** The last thing it said, which after a death is mostly why. */
  lastLine(): string | undefined;
  stop(): Promise<void>;
}

/** First pause before a restart; it doubles with every death in a row, up to the longest. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

/** A registry that lived this long was well: the next pause is the first again. */
const WELL_AFTER_MS = 60_000;

/** Time to finish requests after SIGTERM. */
const GRACE_MS = 5_000;

/**
 * Runs the registry as a child, read only, its lines in the engine's log, and starts it again whenever it dies.
 */
export const startRegistry = async (options: RegistryOptions): Promise<RunningRegistry> => {
  await mkdir(dirname(options.configPath), { recursive: true });
  await writeFile(options.configPath, stringify(configOf(options)));
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  let restarts = 0;
  let lastLine: string | undefined;
  const keepRunning = async (): Promise<void> => {
    for (let pause = FIRST_PAUSE_MS; !stopping.signal.aborted;) {
      const started = performance.now();
      child = launch(options, (line) => (lastLine = line));
      if (child.pid !== undefined) options.onStart?.(child.pid);
      await deathOf(child, options.log);
      if (stopping.signal.aborted) return;
      restarts += 1;
      pause = performance.now() - started > WELL_AFTER_MS ? FIRST_PAUSE_MS : pause;
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {});
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  };
  const running = keepRunning();
  return {
    restarts: () => restarts,
    pid: () => (child?.exitCode === null && child.signalCode === null ? child.pid : undefined),
    lastLine: () => lastLine,
    stop: async () => {
      stopping.abort();
      child?.kill("SIGTERM");
      const force = setTimeout(() => child?.kill("SIGKILL"), GRACE_MS);
      await running;
      clearTimeout(force);
    },
  };
};

const launch = (options: RegistryOptions, onLine: (line: string) => void): ChildProcess => {
  // Without an answer to where traces go, the program looks for a collector on this computer and complains of it.
  const env = { ...process.env, OTEL_TRACES_EXPORTER: "none" };
  const stdio = ["ignore", "pipe", "pipe"] as const;
  const child = spawn(options.program, ["serve", options.configPath], { env, stdio: [...stdio] });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      onLine(line);
      options.log.info({ component: "registry" }, line);
    });
  }
  return child;
};

const deathOf = async (child: ChildProcess, log: Log): Promise<void> =>
  new Promise((resolve) => {
    child.once("error", (error) => {
      log.error({ component: "registry" }, error.message);
      resolve();
    });
    child.once("exit", (code, signal) => {
      log.warn({ component: "registry", code, signal }, "the registry ended");
      resolve();
    });
  });

const configOf = ({ root, listen, tls }: RegistryOptions): unknown => ({
  version: 0.1,
  log: { level: "warn", formatter: "json", accesslog: { disabled: true } },
  storage: {
    filesystem: { rootdirectory: root },
    maintenance: { uploadpurging: { enabled: false }, readonly: { enabled: true } },
  },
  http: {
    addr: listen,
    // Signs the state of uploads, of which a registry that is read only has none; without one it complains.
    secret: randomBytes(16).toString("hex"),
    ...(tls === undefined
      ? {}
      : { tls: { certificate: tls.certificate, key: tls.key, minimumtls: "tls1.2" } }),
  },
});
