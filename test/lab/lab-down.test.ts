import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { createLab } from "../../installer/adapters/lab/lab.ts";
import { labFolders } from "./harness.ts";
import { remainsOf } from "./remains.ts";

const lab = createLab(labFolders);
const name = `down-${process.pid}`;
const request = { name, machines: 2, vms: 0, subnet: "10.99.0.0/24" };

afterEach(() => lab.down(name));

/**
 * Runs a lab command as a process of its own and kills it with SIGKILL `extraMs` after `now` has become true; gives
 * whether the command was still at work then.
 */
const killOnce = async (now: () => boolean, extraMs: number, argv: readonly string[]): Promise<boolean> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "up.ts"), ...argv], { stdio: "ignore" });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on("exit", (_code, by) => resolve(by)));
  while (child.exitCode === null && !now()) await sleep(5);
  await sleep(extraMs);
  child.kill("SIGKILL");
  return (await ended) === "SIGKILL";
};

const has = (kind: string): boolean => remainsOf(name).some((line) => line.startsWith(kind));

describe("down", () => {
  test("leaves nothing behind, not even of frozen machines", async () => {
    await lab.up(request);
    await lab.fault(name, "n2", { type: "freeze" });
    expect(remainsOf(name).length).toBeGreaterThan(5);
    await lab.down(name);
    expect(remainsOf(name)).toEqual([]);
  });

  test("of a lab that is not there is harmless", async () => {
    await lab.down(name);
    expect(remainsOf(name)).toEqual([]);
  });

  test("does not touch another lab with the same addresses", async () => {
    const other = `other-${process.pid}`;
    try {
      await lab.up({ ...request, name: other, machines: 1 });
      await lab.up({ ...request, machines: 1 });
      await lab.down(name);
      expect(remainsOf(name)).toEqual([]);
      expect((await lab.status(other)).machines[0]?.state).toBe("running");
    } finally {
      await lab.down(other);
    }
    expect(remainsOf(other)).toEqual([]);
  });

  const stagesOfUp = ["file", "namespace", "group", "process", "loop device", "mount lab-n"];
  test.each(stagesOfUp.flatMap((stage) => [0, 60].map((extra) => [stage, extra] as const)))(
    "leaves nothing after `up` was killed when the first %s was there, plus %i ms",
    async (stage, extra) => {
      expect(await killOnce(() => has(stage), extra, [name, "2"])).toBe(true);
      await lab.down(name);
      expect(remainsOf(name)).toEqual([]);
    },
  );

  test.each(["process", "group", "namespace", "loop device"])(
    "leaves nothing after `down` was killed when the last %s had gone",
    async (stage) => {
      await lab.up(request);
      await killOnce(() => !has(stage), 0, [name, "down"]);
      await lab.down(name);
      expect(remainsOf(name)).toEqual([]);
    },
  );

  test("is not needed to go on after a killed `up`: `up` completes the lab", async () => {
    expect(await killOnce(() => has("loop device"), 0, [name, "2"])).toBe(true);
    const status = await lab.up(request);
    expect(status.machines.map((machine) => machine.state)).toEqual(["running", "running"]);
  });
});
