import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { createLab } from "../../installer/adapters/lab/lab.ts";
import { labFolders } from "./harness.ts";
import { remainsOf } from "./remains.ts";

const lab = createLab(labFolders);
const name = `down-${process.pid}`;
const request = { name, machines: 2, vms: 0, subnet: "10.99.0.0/24" };

afterEach(() => lab.down(name));

/** Runs a lab command as a process of its own and kills it with SIGKILL after `ms`; true if that came before its end. */
const killAfter = (ms: number, ...argv: string[]): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "up.ts"), ...argv], { stdio: "ignore" });
    const timer = setTimeout(() => child.kill("SIGKILL"), ms);
    child.on("exit", (_code, signal) => {
      clearTimeout(timer);
      resolve(signal === "SIGKILL");
    });
  });

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

  test.each([150, 300, 450, 600, 800, 1000, 1300, 1700, 2200])(
    "leaves nothing after `up` was killed %i ms after its start",
    async (ms) => {
      await killAfter(ms, name, "2");
      await lab.down(name);
      expect(remainsOf(name)).toEqual([]);
    },
  );

  test.each([250, 400, 600, 800])("leaves nothing after `down` was killed after %i ms", async (ms) => {
    await lab.up(request);
    await killAfter(ms, name, "down");
    await lab.down(name);
    expect(remainsOf(name)).toEqual([]);
  });

  test("is not needed to go on after a killed `up`: `up` completes the lab", async () => {
    await killAfter(700, name, "2");
    const status = await lab.up(request);
    expect(status.machines.map((machine) => machine.state)).toEqual(["running", "running"]);
  });
});
