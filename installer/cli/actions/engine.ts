import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { CONTRACT_VERSION } from "../../contract/api/version.ts";
import type { EngineInfo } from "../../contract/api/engine.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { optionText, type Action } from "../command.ts";
import type { Environment } from "../environment.ts";
import { unreachable } from "../link/launch.ts";
import { tableLines } from "../output/table.ts";
import { bytesText, durationText } from "../output/time.ts";
import type { Session } from "../session.ts";
import { wholeNumber } from "./operation.ts";

/** `engine run`: this process becomes the engine. */
export const run: Action = async ({ environment, places }, input) => {
  if (places.lab !== undefined && !isInside(places.lab.namespace)) return runInside(places.lab, environment);
  const socketGroup = optionText(input, "socketGroup");
  const exitWhenIdleSeconds = wholeNumber(input, "exitWhenIdle");
  const readyFd = wholeNumber(input, "readyFd");
  const listen = optionText(input, "listen");
  const ui = optionText(input, "ui");
  const names = optionText(input, "consoleName");
  return environment.runEngine({
    data: places.data,
    socketPath: places.socketPath,
    recover: optionText(input, "recover") === "wait" ? "wait" : "resume",
    ...(socketGroup === undefined ? {} : { socketGroup }),
    ...(exitWhenIdleSeconds === undefined ? {} : { exitWhenIdleSeconds }),
    ...(readyFd === undefined ? {} : { readyFd }),
    ...(listen === undefined ? {} : { listen }),
    ...(ui === undefined ? {} : { ui: resolve(ui) }),
    ...(names === undefined ? {} : { consoleNames: names.split(",") }),
  });
};

/** True when this process is in the network namespace; its file and that of the process are then the same. */
const isInside = (namespace: string): boolean => {
  const wanted = statSync(namespace, { throwIfNoEntry: false });
  return wanted !== undefined && wanted.ino === statSync("/proc/self/ns/net").ino;
};

/** The same command in the lab's network. Ctrl-C and SIGTERM end it as they would end this process. */
const runInside = async (
  { name, namespace }: { readonly name: string; readonly namespace: string },
  { self, argv }: Environment,
): Promise<number> => {
  if (!existsSync(namespace)) throw SlipwayError.of("LAB_UNKNOWN", { lab: name });
  const child = spawn("nsenter", [`--net=${namespace}`, "--", ...self, ...argv], { stdio: "inherit" });
  const ignore = (): void => {};
  const forward = (): void => void child.kill("SIGTERM");
  process.on("SIGINT", ignore).on("SIGTERM", forward);
  try {
    const [code] = (await once(child, "exit")) as [number | null];
    return code ?? 1;
  } finally {
    process.removeListener("SIGINT", ignore).removeListener("SIGTERM", forward);
  }
};

/** `engine start`: a private engine in the background, unless one answers already. */
export const start: Action = async (session) => {
  const found = await (await session.engine()).engine.info();
  await session.show(found, () => infoLines(found, session));
  return 0;
};

/** `engine info`. Starts none: it tells about the one that runs. */
export const info: Action = async (session, input) => {
  const until = performance.now() + (wholeNumber(input, "wait") ?? 0) * 1000;
  let client = await session.runningEngine();
  while (client === undefined && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    client = await session.runningEngine();
  }
  if (client === undefined) throw unreachable(session.places.socketPath, "ENOENT");
  const found = await client.engine.info();
  await session.show(found, () => infoLines(found, session));
  return 0;
};

/** What an engine tells about itself. */
export const infoLines = (found: EngineInfo, session: Session): string[] => {
  const rows = [
    [session.say("infoVersion"), found.version],
    [session.say("infoContract"), String(found.contract)],
    [session.say("infoPid"), String(found.pid)],
    [session.say("infoUptime"), durationText(found.uptimeMs)],
    [session.say("infoReady"), durationText(found.readyAfterMs)],
    [session.say("infoMemory"), bytesText(found.residentBytes)],
    [session.say("infoBusy"), session.say(found.busy ? "yes" : "no")],
    [session.say("infoPrivate"), session.say(found.private ? "yes" : "no")],
    [session.say("infoData"), found.data],
    [session.say("infoSocket"), found.socket],
  ];
  const [head = [], ...rest] = rows;
  return [
    ...tableLines(head, rest),
    ...found.notices.map(({ text }) => session.paint.warn(text[session.language])),
  ];
};

/** `engine stop`. */
export const stop: Action = async (session) => {
  const client = await session.runningEngine();
  if (client === undefined) {
    session.note(session.say("noEngine", { data: session.places.data }));
    return 0;
  }
  const { pid } = await client.engine.info();
  await client.engine.shutdown();
  // The engine waits for those who still hold a connection.
  for (const connection of session.connections) connection.close();
  session.tell(session.say((await hasGone(pid)) ? "engineStopped" : "engineStopping"));
  return 0;
};

/** An engine that runs something long may take its time; whoever waits for it is told so after this. */
const STOP_MS = 15_000;

/** Whether a process of this computer ends in time: only then is its data folder free for another engine. */
const hasGone = async (pid: number): Promise<boolean> => {
  for (const until = performance.now() + STOP_MS; performance.now() < until;) {
    if (!isAlive(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  return !isZombie(pid);
};

/** It has ended, and only its parent has not asked yet how. Where /proc is not to be had nobody can tell. */
const isZombie = (pid: number): boolean => {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
};

/** `version`. */
export const version: Action = async (session) => {
  const own = { version: session.environment.version, contract: CONTRACT_VERSION };
  const client = await session.runningEngine();
  const found = await client?.engine.info();
  const engine = found === undefined ? undefined : { version: found.version, contract: found.contract };
  await session.show({ client: own, ...(engine === undefined ? {} : { engine }) }, () => [
    `slipway ${own.version} (contract ${own.contract})`,
    ...(engine === undefined ? [] : [`engine  ${engine.version} (contract ${engine.contract})`]),
  ]);
  return 0;
};
