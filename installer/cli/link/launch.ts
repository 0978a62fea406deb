import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { lstat, mkdir, open, type FileHandle } from "node:fs/promises";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { SlipwayError, WireError } from "../../contract/errors/index.ts";
import type { Environment } from "../environment.ts";
import type { Places } from "../places.ts";
import { fromWire } from "./errors.ts";

/** A private engine leaves after this long without work and without a caller. */
const IDLE_SECONDS = 10;
/** Opening a large or damaged journal may take its time. */
const START_MS = 30_000;
/** An engine that has the lock but no socket yet is given so long to open it. */
const RIVAL_MS = 10_000;

/** True when an engine listens. Rejects with SOCKET_FOREIGN when the socket is not one to be trusted. */
export const isListening = async (places: Places, userId: number | undefined): Promise<boolean> => {
  const found = await lstat(places.socketPath).catch(() => undefined);
  if (found === undefined) return false;
  const trusted = places.socketNamed || userId === undefined || found.uid === userId || found.uid === 0;
  if (!trusted) {
    throw SlipwayError.of("SOCKET_FOREIGN", {
      socket: places.socketPath,
      problem: `it belongs to user id ${found.uid}`,
    });
  }
  return new Promise((resolve, reject) => {
    const probe = connectSocket(places.socketPath);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve(false);
      else reject(unreachable(places.socketPath, error.code ?? error.message));
    });
  });
};

/** Nobody answers where the operator said that somebody would. */
export const unreachable = (socket: string, problem: string): SlipwayError =>
  SlipwayError.of("ENGINE_UNREACHABLE", { socket, problem });

/**
 * Starts a private engine on the data folder, detached from this terminal, and waits until it is ready. When another one
 * is being started at the same moment, waits for that one instead. Rejects with what the engine says about its failure.
 */
export const startPrivateEngine = async (places: Places, environment: Environment): Promise<void> => {
  const [command = "", ...args] = await engineCommand(places, environment);
  const logPath = join(places.data, "engine-output.log");
  const log = await openLog(places.data, logPath).catch((error: unknown) => {
    throw startFailed(error instanceof Error ? error.message : String(error), logPath);
  });
  try {
    const child = spawn(command, args, {
      detached: true,
      cwd: "/",
      stdio: ["ignore", log.fd, log.fd, "pipe"],
    });
    child.unref();
    const failure = await readiness(child.stdio[3] as Readable, logPath, child);
    if (failure === undefined) return;
    if (failure.code !== "ENGINE_ALREADY_RUNNING" || !(await appears(places, environment))) throw failure;
  } finally {
    await log.close();
  }
};

const openLog = async (folder: string, path: string): Promise<FileHandle> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return open(path, "a", 0o600);
};

const engineCommand = async (places: Places, { self }: Environment): Promise<readonly string[]> => {
  const inside = await insideLab(places);
  return [
    ...inside,
    ...self,
    "engine",
    "run",
    ...["--data", places.data],
    ...["--exit-when-idle", String(IDLE_SECONDS)],
    ...["--ready-fd", "3"],
  ];
};

const insideLab = async ({ lab }: Places): Promise<readonly string[]> => {
  if (lab === undefined) return [];
  if (!existsSync(lab.namespace)) throw SlipwayError.of("LAB_UNKNOWN", { lab: lab.name });
  return ["nsenter", `--net=${lab.namespace}`, "--"];
};

/** The reason why it did not start, or undefined once it is ready. */
const readiness = async (
  pipe: Readable,
  logPath: string,
  child: { once(event: "error", listener: (error: Error) => void): unknown },
): Promise<SlipwayError | undefined> => {
  const spoken = Promise.withResolvers<SlipwayError | undefined>();
  const timer = setTimeout(() => spoken.resolve(startFailed("it is not ready yet", logPath)), START_MS);
  child.once("error", (error) => spoken.resolve(startFailed(error.message, logPath)));
  const lines = createInterface({ input: pipe });
  lines.once("line", (line) => spoken.resolve(failureIn(line, logPath)));
  lines.once("close", () => spoken.resolve(startFailed("it ended at once", logPath)));
  const failure = await spoken.promise;
  clearTimeout(timer);
  lines.close();
  pipe.destroy();
  return failure;
};

const failureIn = (line: string, logPath: string): SlipwayError | undefined => {
  const { ready, error } = JSON.parse(line) as { ready?: boolean; error?: unknown };
  if (ready === true) return undefined;
  const wire = WireError.safeParse(error);
  return wire.success ? fromWire(wire.data) : startFailed(line, logPath);
};

const startFailed = (problem: string, log: string): SlipwayError =>
  SlipwayError.of("ENGINE_START_FAILED", { problem, log });

const appears = async (places: Places, { userId }: Environment): Promise<boolean> => {
  const until = performance.now() + RIVAL_MS;
  while (performance.now() < until) {
    if (await isListening(places, userId)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
};
