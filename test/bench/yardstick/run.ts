import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PreparedYardstick } from "./prepare.ts";

const script = join(import.meta.dirname, "cluster.sh");

/** How one run of the yardstick went. */
export interface YardstickRun {
  /** Until four nodes were Ready and CoreDNS was Available. */
  readonly seconds: number;
  /** Lines `SECONDS WHAT`. */
  readonly steps: string;
}

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, rejectUnauthorized: false });
    socket.once("secureConnect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
  });

const text = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/**
 * Makes the yardstick's cluster. Call it inside the lab's network.
 * @param enter puts a process into the control group of the appliance
 */
export const runYardstick = async (
  { folder, registry }: PreparedYardstick,
  { key, enter }: { readonly key: string; readonly enter: (pid: number) => void },
): Promise<YardstickRun> => {
  const logs = mkdtempSync(join(tmpdir(), "ys-"));
  const [program, ...args] = registry;
  const server = spawn(program, args, {
    stdio: "ignore",
    env: { ...process.env, OTEL_TRACES_EXPORTER: "none" },
  });
  const gone = once(server, "exit");
  try {
    enter(server.pid ?? 0);
    for (let tries = 0; !(await answers("10.99.0.1", 5000)); tries++) {
      if (tries > 200) throw new Error("the yardstick's registry does not answer");
      await sleep(50);
    }
    const begun = performance.now();
    const child = spawn("bash", [script, folder, logs], {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, key },
    });
    enter(child.pid ?? 0);
    const [code] = (await once(child, "exit")) as [number | null];
    const seconds = (performance.now() - begun) / 1000;
    const steps = text(join(logs, "steps"));
    if (code !== 0) {
      const tails = ["init", "join.n2", "join.n3", "join.n4", "ready", "flannel"].map(
        (name) => `== ${name}\n${text(join(logs, name)).slice(-1500)}`,
      );
      throw new Error(`the yardstick failed\n${steps}\n${tails.join("\n")}`);
    }
    return { seconds, steps };
  } finally {
    server.kill("SIGKILL");
    await gone;
    rmSync(logs, { recursive: true, force: true });
  }
};
