import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Time that a registry of a dead engine gets to finish its requests. */
const GRACE_MS = 3_000;

/**
 * Ends the registry of an engine that was killed: it lives on and holds the port. Only a process that was started with
 * this very configuration file is touched; the caller holds the lock of the data folder, so it is nobody else's.
 */
export const endLeftover = async (pidPath: string, configPath: string): Promise<void> => {
  const pid = Number(await readFile(pidPath, "utf8").catch(() => ""));
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  const isOurs = async (): Promise<boolean> => {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return line.split("\0").includes(configPath);
  };
  if (!(await isOurs())) return;
  process.kill(pid, "SIGTERM");
  for (const until = performance.now() + GRACE_MS; performance.now() < until; await sleep(50)) {
    if (!(await isOurs())) return;
  }
  process.kill(pid, "SIGKILL");
};
