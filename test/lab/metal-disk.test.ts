import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab } from "../../installer/adapters/lab/lab.ts";
import type { LabFirmware, LabMachineStatus } from "../../installer/contract/lab.ts";
import { builtNodeOs } from "../support/metal/node-os.ts";
import { writeDisk } from "../support/metal/written-disk.ts";
import { labFolders } from "./harness.ts";
import { remainsOf } from "./remains.ts";

const exec = promisify(execFile);

/** Emulated machines take minutes on a busy computer: `npm run test:metal` asks for them. */
const wanted = process.env["SLIPWAY_TEST_METAL"] === "1";
/** Half a minute on a quiet computer. */
const PATIENCE_MS = 600_000;

describe.skipIf(!wanted)("an installed disk", () => {
  const lab = createLab(labFolders);
  const name = `test-metal-${process.pid}`;
  let nodeOs = "";
  beforeAll(async () => {
    nodeOs = await builtNodeOs(labFolders.cache);
  }, 1_800_000);
  afterAll(async () => {
    await lab.down(name);
    expect(remainsOf(name)).toEqual([]);
  }, 120_000);

  const blank = async (
    count: number,
    firmware: LabFirmware,
  ): Promise<LabMachineStatus & { disk: string }> => {
    const status = await lab.up({ name, machines: 0, vms: 0, metal: { count, firmware, disks: 2 } });
    const machine = status.machines.find((found) => found.name === `m${count}`);
    if (machine === undefined) throw new Error(`no machine m${count}`);
    return { ...machine, disk: join(status.directory, "machines", machine.name, "disk1.img") };
  };
  const install = (machine: LabMachineStatus & { disk: string }, slots: readonly ("a" | "b")[]): void => {
    const key = readFileSync(join(labFolders.home, name, "id_ed25519.pub"), "utf8");
    writeDisk({
      path: machine.disk,
      nodeOs,
      slots,
      identity: {
        hostname: `blank-${machine.name}\n`,
        "machine-id": "",
        authorized_keys: key,
        "network/10-slipway.network": `[Match]\nMACAddress=${machine.mac}\n[Network]\nAddress=${machine.address}/24\n`,
      },
    });
  };
  const on = async (machine: string, ...command: string[]): Promise<string> => {
    const argv = await lab.sshCommand(name, machine, command);
    const { stdout } = await exec(argv[0] ?? "", argv.slice(1), { timeout: 60_000 });
    return stdout.trim();
  };
  const bootId = (machine: string) => on(machine, "cat", "/proc/sys/kernel/random/boot_id");
  /** Waits for a login; a kernel that gave up is said at once. Gives the seconds since the call. */
  const login = async (machine: string, otherThan = ""): Promise<number> => {
    const started = performance.now();
    for (;;) {
      const boot = await bootId(machine).catch(() => "");
      const seconds = (performance.now() - started) / 1000;
      if (boot !== "" && boot !== otherThan) return seconds;
      const { machines } = await lab.status(name);
      const faults = machines.find((found) => found.name === machine)?.faults ?? [];
      const serial = readFileSync(join(labFolders.home, name, "machines", machine, "serial.log"), "latin1");
      if (faults.length > 0 || seconds * 1000 > PATIENCE_MS) {
        throw new Error(`${faults.join(", ")} no login after ${seconds} s:\n${serial.slice(-2500)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const report = (what: string, seconds: number): void =>
    void process.stderr.write(`metal: ${what}: login after ${seconds.toFixed(1)} s\n`);

  test(
    "boots from BIOS to a login, and keeps what was changed over a reboot into the other slot",
    { timeout: 2 * PATIENCE_MS },
    async () => {
      const m1 = await blank(1, "bios");
      expect(m1.state).toBe("stopped");
      install(m1, ["a", "b"]);
      await lab.power(name, "m1", "on");
      report("bios, slot a", await login("m1"));
      expect(await on("m1", "cat", "/etc/hostname")).toBe("blank-m1");
      expect(await on("m1", "cat", "/proc/cmdline")).toContain("slipway.slot=a");
      await expect(on("m1", "touch", "/usr/bin/x")).rejects.toThrow("Read-only file system");
      expect(await on("m1", "systemctl", "list-units", "--failed", "--plain", "--no-legend")).toBe("");
      expect(await on("m1", "cat", "/sys/block/vdb/serial")).toBe("m1-disk2");
      const keep =
        "echo kept > /etc/kept; echo kept > /var/lib/kept; echo kept > /usr/local/bin/kept; mkdir -p /opt/cni/bin";
      const next =
        "mount PARTLABEL=slipway-esp /mnt && echo set default=slipway-b > /mnt/slipway/default.cfg && umount /mnt";
      await on("m1", "sh", "-c", `'${keep}; ${next}'`);
      const before = [
        await on("m1", "cat", "/etc/ssh/ssh_host_ed25519_key.pub", "/etc/machine-id"),
        await bootId("m1"),
      ];
      await on("m1", "systemctl", "reboot").catch(() => "");
      report("bios, reboot into slot b", await login("m1", before[1]));
      expect(await on("m1", "cat", "/proc/cmdline")).toContain("slipway.slot=b");
      expect(await on("m1", "cat", "/etc/kept", "/var/lib/kept", "/usr/local/bin/kept")).toBe(
        "kept\nkept\nkept",
      );
      expect(await on("m1", "cat", "/etc/ssh/ssh_host_ed25519_key.pub", "/etc/machine-id")).toBe(before[0]);
      await lab.power(name, "m1", "off");
      expect((await lab.status(name)).machines[0]?.state).toBe("stopped");
    },
  );

  test.each([
    [2, "uefi", "b"],
    [3, "secure-boot", "a"],
  ] as const)(
    "boots machine %i from %s to a login, slot %s",
    { timeout: PATIENCE_MS },
    async (count, firmware, slot) => {
      const machine = await blank(count, firmware);
      install(machine, [slot]);
      await lab.power(name, machine.name, "on");
      report(`${firmware}, slot ${slot}`, await login(machine.name));
      expect(await on(machine.name, "cat", "/proc/cmdline")).toContain(`slipway.slot=${slot}`);
      expect(await on(machine.name, "ls", "/sys/firmware/efi")).toContain("efivars");
      const lockdown = await on(machine.name, "cat", "/sys/kernel/security/lockdown");
      expect(lockdown).toContain(firmware === "secure-boot" ? "[integrity]" : "[none]");
      await lab.power(name, machine.name, "cut");
    },
  );
});
