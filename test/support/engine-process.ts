import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { connect, type Connection, type EngineClient } from "../../installer/cli/link/client.ts";

const root = join(import.meta.dirname, "..", "..");

/** A real engine in a process of its own, for tests that kill it. */
export interface EngineProcess {
  readonly client: EngineClient;
  readonly pid: number;
  /** Resolves with the signal or exit code when the process is gone. */
  readonly gone: Promise<string>;
  /** Asks it to leave in order, and waits. */
  stop(): Promise<void>;
  /** SIGKILL, and waits. */
  kill(): Promise<void>;
}

/** Starts an engine on a data folder and resolves once it answers. Children inherit the caller's network namespace. */
export const startEngine = async (
  data: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<EngineProcess> => {
  const socketPath = join(data, "engine.sock");
  const child = spawn(
    process.execPath,
    [
      join(root, "installer", "main.ts"),
      "engine",
      "--data",
      data,
      "--socket",
      socketPath,
      "--recover",
      "resume",
      ...args,
    ],
    { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] },
  );
  let complaint = "";
  child.stderr?.on("data", (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-4000)));
  const gone = once(child, "exit").then(([code, signal]) => String(signal ?? code));
  const connection = connect({ socketPath, user: "test" });
  await answering(connection, child, () => complaint);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await gone;
    connection.close();
  };
  return {
    client: connection.client,
    pid: child.pid ?? 0,
    gone,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
};

const answering = async (
  { client }: Connection,
  child: ChildProcess,
  complaint: () => string,
): Promise<void> => {
  const end = Date.now() + 30_000;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the engine did not start: ${complaint()}`);
    try {
      await client.engine.info();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
};
