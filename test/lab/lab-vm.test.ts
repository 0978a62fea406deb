import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabFault } from "../../installer/contract/lab.ts";
import { openTestLab, type TestLab } from "./harness.ts";
import { remainsOf } from "./remains.ts";

const exec = promisify(execFile);

/** Emulation is slow, and its image takes minutes to build the first time: only where it is asked for (.ci/run does). */
const wanted = process.env["SLIPWAY_TEST_VM"] === "1";

describe.skipIf(!wanted)("an emulated machine", () => {
  let site: TestLab;
  beforeAll(async () => {
    site = await openTestLab({ name: "vm", machines: 1, vms: 1 });
  }, 1_500_000);
  afterAll(async () => {
    await site?.close();
    expect(remainsOf(site.name)).toEqual([]);
  }, 120_000);

  const on = async (machine: string, ...command: string[]): Promise<string> => {
    const argv = await site.lab.sshCommand(site.name, machine, command);
    const { stdout } = await exec(argv[0] ?? "", argv.slice(1), { timeout: 90_000 });
    return stdout.trim();
  };
  const fault = (what: LabFault) => site.lab.fault(site.name, "v1", what);
  const statusOf = async () =>
    (await site.lab.status(site.name)).machines.find((machine) => machine.name === "v1");

  test("has a kernel, cgroup v2, modules and an identity of its own", async () => {
    expect(await on("v1", "cat", "/etc/hostname")).toBe("v1");
    expect(await on("v1", "stat", "-fc", "%T", "/sys/fs/cgroup")).toBe("cgroup2fs");
    expect(await on("v1", "uname", "-r")).not.toBe(await on("n1", "uname", "-r"));
    await on("v1", "modprobe", "sch_netem");
    expect(await on("v1", "cat", "/sys/class/dmi/id/product_serial")).toBe("lab-v1");
    expect(await on("v1", "cat", "/etc/machine-id")).toBe(
      await on("v1", "systemd-id128", "machine-id", "-p").then((out) => /[0-9a-f]{32}/.exec(out)?.[0] ?? out),
    );
    expect(site.spec.machines.map(({ name, address }) => [name, address])).toEqual([
      ["n1", "10.99.0.11"],
      ["v1", "10.99.0.201"],
    ]);
  });

  test("reaches the containers of its lab, and nothing else", async () => {
    await on("v1", "ping", "-c", "1", "-W", "5", "10.99.0.11");
    const before = await site.lab.status(site.name);
    await expect(on("v1", "ping", "-c", "1", "-W", "1", "198.51.100.1")).rejects.toThrow("Command failed");
    expect((await site.lab.status(site.name)).egress.packets).toBe(before.egress.packets + 1);
  });

  test("has a clock that can be moved and moved back", async () => {
    const offset = async () => Number(await on("v1", "date", "+%s")) - Date.now() / 1000;
    const before = await offset();
    await fault({ type: "clock", seconds: 3600 });
    expect((await offset()) - before).toBeGreaterThan(3500);
    await fault({ type: "clock", seconds: -3600 });
    expect(Math.abs((await offset()) - before)).toBeLessThan(60);
  });

  test("fills and frees its disk, and loses processes by name", async () => {
    const write = () => on("v1", "dd", "if=/dev/zero", "of=/var/lib/slipway/x", "bs=64k", "count=16");
    await fault({ type: "fill-disk" });
    await expect(write()).rejects.toThrow("No space left on device");
    await fault({ type: "free-disk" });
    await write();
    await fault({ type: "kill-process", process: "chronyd" });
    await expect(fault({ type: "kill-process", process: "no.such" })).rejects.toMatchObject({
      code: "LAB_PROCESS_UNKNOWN",
    });
  });

  test("freezes and thaws, keeps a cut link cut, and reboots", async () => {
    await fault({ type: "freeze" });
    expect((await statusOf())?.state).toBe("frozen");
    await fault({ type: "thaw" });
    await on("v1", "true");
    await fault({ type: "cut" });
    await expect(on("v1", "true")).rejects.toThrow("Command failed");
    await fault({ type: "heal" });
    const boot = await on("v1", "cat", "/proc/sys/kernel/random/boot_id");
    await fault({ type: "reboot" });
    expect(await on("v1", "cat", "/proc/sys/kernel/random/boot_id")).not.toBe(boot);
  }, 600_000);

  test("keeps its files over a power cut", async () => {
    await on("v1", "sh", "-c", "'echo kept > /root/file; sync'");
    await fault({ type: "kill" });
    expect((await statusOf())?.state).toBe("stopped");
    await fault({ type: "start" });
    expect(await on("v1", "cat", "/root/file")).toBe("kept");
  }, 600_000);
});
