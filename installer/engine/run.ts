import { closeSync, writeSync } from "node:fs";
import { errorEntry, toWire } from "../contract/errors/index.ts";
import type { EngineSettings } from "../cli/engine-settings.ts";
import { composeEngine } from "./compose.ts";
import { listenOnSocket } from "./socket.ts";
import { groupIdOf } from "./group.ts";
import { leaveWhenIdle, watchTraffic } from "./traffic.ts";

/** What main.ts knows and the settings do not say. */
export interface EngineHost {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** OS user the engine runs as. */
  readonly user: string;
  readonly home: string;
}

/** How long answers under way may take once the engine has been told to stop. */
const DRAIN_MS = 2_000;

/**
 * Runs an engine until it is told to stop (SIGTERM, SIGINT, `engine.shutdown`) or, when private, has been idle for long
 * enough. Resolves with the exit code; rejects when it cannot start. The order of the end: no new calls, runners stop
 * (their operations stay resumable), answers drain, connections to machines, journal, lock.
 */
export const runEngine = async (settings: EngineSettings, host: EngineHost): Promise<number> => {
  const stop = Promise.withResolvers<string>();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.once(signal, () => stop.resolve(signal));
  }
  try {
    const groupId = settings.socketGroup === undefined ? undefined : await groupIdOf(settings.socketGroup);
    const engine = await composeEngine(settings, { host, shutdown: () => stop.resolve("engine.shutdown") });
    const { server, operations, log } = engine;
    const traffic = watchTraffic(server);
    try {
      // Before the socket: whoever finds an engine there finds its console too.
      await engine.openConsole();
      await listenOnSocket(server, {
        path: settings.socketPath,
        ...(groupId === undefined ? {} : { groupId }),
      });
      await operations.recover(settings.recover);
    } catch (error) {
      await engine.close();
      throw error;
    }
    const stopWatching =
      settings.exitWhenIdleSeconds === undefined
        ? () => {}
        : leaveWhenIdle(settings.exitWhenIdleSeconds, {
            traffic,
            idle: () => engine.idle(),
            leave: () => stop.resolve("idle"),
          });
    engine.markReady();
    report(settings.readyFd, { ready: true });
    log.info({ socket: settings.socketPath, data: settings.data }, "ready");

    const why = await stop.promise;
    stopWatching();
    log.info({ why }, "stopping");
    await operations.shutdown();
    engine.endFeeds();
    await drained(() => traffic.quietMs() > 0);
    await engine.close();
    return 0;
  } catch (error) {
    const wire = toWire(error);
    report(settings.readyFd, { error: wire });
    if (settings.readyFd === undefined) throw error;
    return errorEntry(wire.code).exit;
  }
};

const report = (fd: number | undefined, message: object): void => {
  if (fd === undefined) return;
  try {
    writeSync(fd, `${JSON.stringify(message)}\n`);
    closeSync(fd);
  } catch {
    // Whoever started this engine has gone; it does not matter to the engine.
  }
};

/** Waits until `quiet`, but no longer than DRAIN_MS: feeds never end by themselves. */
const drained = async (quiet: () => boolean): Promise<void> => {
  const until = performance.now() + DRAIN_MS;
  while (!quiet() && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
