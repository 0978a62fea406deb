import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabFault } from "../../installer/contract/lab.ts";
import { openTestLab, type TestLab } from "./harness.ts";

const exec = promisify(execFile);

let site: TestLab;
beforeAll(async () => {
  site = await openTestLab({ name: "lab", machines: 4 });
}, 300_000);
afterAll(() => site?.close());

/** Runs a command on a machine as root; a failing one rejects. */
const on = async (machine: string, ...command: string[]): Promise<string> => {
  const argv = await site.lab.sshCommand(site.name, machine, command);
  const { stdout } = await exec(argv[0] ?? "", argv.slice(1), { timeout: 30_000, maxBuffer: 2 ** 24 });
  return stdout.trim();
};

const fault = (machine: string, what: LabFault) => site.lab.fault(site.name, machine, what);
const machineStatus = async (name: string) => {
  const status = await site.lab.status(site.name);
  return status.machines.find((machine) => machine.name === name);
};

/** True when the SSH port says hello within a second. */
const answers = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1000 });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once("data", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });

const addressOf = (name: string): string =>
  site.status.machines.find((machine) => machine.name === name)?.address ?? "";

describe("a lab that is up", () => {
  test("gives every machine an identity of its own", async () => {
    const names = ["n1", "n2", "n3", "n4"];
    const identities = await Promise.all(
      names.map((name) =>
        on(name, "cat", "/etc/hostname", "/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub"),
      ),
    );
    const lines = identities.map((identity) => identity.split("\n"));
    expect(lines.map(([hostname]) => hostname)).toEqual(names);
    expect(new Set(lines.map(([, machineId]) => machineId)).size).toBe(4);
    expect(new Set(lines.map(([, , hostKey]) => hostKey?.split(" ")[1])).size).toBe(4);
  });

  test("boots machines with no failed unit, a data disk of their own and settings kubelet accepts", async () => {
    expect(await on("n1", "systemctl", "is-system-running", "--wait")).toBe("running");
    expect(await on("n1", "stat", "-fc", "%T", "/var/lib/etcd")).toBe("ext2/ext3");
    expect(await on("n1", "cat", "/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/panic")).toBe("1\n10");
    await on("n1", "modprobe", "overlay");
  });

  test("has users for each way to become root", async () => {
    const login = (user: string, ...command: string[]) =>
      exec("ssh", [
        ...[
          "-i",
          site.privateKeyFile,
          "-o",
          "StrictHostKeyChecking=no",
          "-o",
          "UserKnownHostsFile=/dev/null",
        ],
        ...["-o", "LogLevel=ERROR", `${user}@${addressOf("n1")}`, "--", ...command],
      ]);
    expect((await login("operator", "sudo", "-n", "id", "-u")).stdout).toBe("0\n");
    await expect(login("clerk", "sudo", "-n", "id", "-u")).rejects.toThrow("a password is required");
    expect((await login("clerk", `echo ${site.clerkPassword} | sudo -S id -u`)).stdout).toBe("0\n");
  });

  test("writes a spec that is valid, with three control planes and a worker", () => {
    expect(site.spec.machines.map(({ name, address, roles }) => [name, address, ...roles])).toEqual([
      ["n1", "10.99.0.11", "control-plane"],
      ["n2", "10.99.0.12", "control-plane"],
      ["n3", "10.99.0.13", "control-plane"],
      ["n4", "10.99.0.14", "worker"],
    ]);
    expect(site.spec.ssh.privateKey).toBe(`file:${site.privateKeyFile}`);
    expect(statSync(site.privateKeyFile).mode & 0o777).toBe(0o600);
  });

  test("lets nothing out and counts who tried", async () => {
    const { stdout: links } = await exec("ip", ["-j", "link", "show"]);
    const names = (JSON.parse(links) as { ifname: string }[]).map(({ ifname }) => ifname).toSorted();
    expect(names).toEqual(["br-lab", "lo", "vb-n1", "vb-n2", "vb-n3", "vb-n4"]);
    expect((await exec("ip", ["route"])).stdout).not.toContain("default");
    expect(readFileSync("/proc/self/net/route", "utf8")).not.toContain("eth0");
    const before = await site.lab.status(site.name);
    await expect(on("n2", "ping", "-c", "2", "-W", "1", "198.51.100.1")).rejects.toThrow("Command failed");
    const after = await site.lab.status(site.name);
    expect(after.egress.packets).toBe(before.egress.packets + 2);
    await on("n2", "sh", "-c", "'echo x > /dev/udp/198.51.100.1/53 || true'");
    await on("n2", "bash", "-c", "'echo x > /dev/udp/198.51.100.1/53 || true'");
    expect((await site.lab.status(site.name)).egress.dnsQueries).toBe(after.egress.dnsQueries + 1);
  });

  test("sends nothing beyond itself unless a machine is told to", async () => {
    const before = await site.lab.status(site.name);
    await on("n1", "ping", "-c", "1", "-W", "1", addressOf("n3"));
    expect((await site.lab.status(site.name)).egress).toEqual(before.egress);
  });

  test("stays as it is when brought up again", async () => {
    const boot = await on("n1", "cat", "/proc/1/stat");
    const again = await site.lab.up({ name: site.name, machines: 4, vms: 0, subnet: "10.99.0.0/24" });
    expect(again.machines.map((machine) => machine.state)).toEqual(Array(4).fill("running"));
    expect((await on("n1", "cat", "/proc/1/stat")).split(" ")[21]).toBe(boot.split(" ")[21]);
  });

  test("gets another machine when brought up with more", async () => {
    const more = await site.lab.up({ name: site.name, machines: 5, vms: 0, subnet: "10.99.0.0/24" });
    expect(more.machines.map((machine) => machine.name)).toEqual(["n1", "n2", "n3", "n4", "n5"]);
    expect(await on("n5", "hostname")).toBe("n5");
  });

  test("keeps its machines and its subnet when brought up without saying which", async () => {
    const same = await site.lab.up({ name: site.name, vms: 0 });
    expect(same.machines).toHaveLength(5);
    expect(same.subnet).toBe("10.99.0.0/24");
  });

  test("refuses another subnet while it is up", async () => {
    await expect(
      site.lab.up({ name: site.name, machines: 4, vms: 0, subnet: "10.98.0.0/24" }),
    ).rejects.toMatchObject({ code: "LAB_SUBNET_FIXED" });
  });

  test("measures what machines use", async () => {
    const machine = await machineStatus("n1");
    expect(machine?.cpuSeconds).toBeGreaterThan(0.1);
    expect(machine?.memoryBytes).toBeGreaterThan(1_000_000);
    expect(machine?.uptimeSeconds).toBeGreaterThan(1);
  });
});

describe("faults", () => {
  test("a power cut stops a machine at once and start brings it back with its files", async () => {
    await on("n4", "sh", "-c", "'echo kept > /root/file; echo kept > /var/lib/etcd/file; sync'");
    await fault("n4", { type: "kill" });
    expect((await machineStatus("n4"))?.state).toBe("stopped");
    expect(await answers(addressOf("n4"))).toBe(false);
    await fault("n4", { type: "kill" });
    await fault("n4", { type: "start" });
    await fault("n4", { type: "start" });
    expect(await on("n4", "cat", "/root/file", "/var/lib/etcd/file")).toBe("kept\nkept");
  });

  test("a machine that is rebooted, or reboots itself, comes back", async () => {
    const boot = () => on("n4", "systemctl", "show", "--value", "-p", "UserspaceTimestampMonotonic");
    const first = await boot();
    await fault("n4", { type: "reboot" });
    const second = await boot();
    expect(second).not.toBe(first);
    await on("n4", "systemctl", "reboot").catch(() => undefined);
    await expect.poll(() => boot().catch(() => second), { timeout: 30_000 }).not.toBe(second);
  });

  test("a frozen machine answers nothing until it is thawed", async () => {
    await fault("n3", { type: "freeze" });
    await fault("n3", { type: "freeze" });
    expect((await machineStatus("n3"))?.state).toBe("frozen");
    expect(await answers(addressOf("n3"))).toBe(false);
    await fault("n3", { type: "thaw" });
    expect(await on("n3", "hostname")).toBe("n3");
  });

  test("a cut link stays cut over a reboot until it is healed", async () => {
    await fault("n3", { type: "cut" });
    await fault("n3", { type: "cut" });
    expect((await machineStatus("n3"))?.faults).toEqual(["cut"]);
    expect(await answers(addressOf("n3"))).toBe(false);
    await fault("n3", { type: "reboot" });
    await expect.poll(() => answers(addressOf("n3")), { timeout: 5000 }).toBe(false);
    await fault("n3", { type: "heal" });
    await expect.poll(() => answers(addressOf("n3")), { timeout: 10_000 }).toBe(true);
    expect((await machineStatus("n3"))?.faults).toEqual([]);
  });

  test("a slow link carries its rate, each way", async () => {
    const seconds = async (transfer: () => Promise<unknown>) => {
      const started = performance.now();
      await transfer();
      return (performance.now() - started) / 1000;
    };
    const fromMachine = () => on("n2", "head", "-c", "2097152", "/dev/urandom");
    const toMachine = async () => {
      const argv = await site.lab.sshCommand(site.name, "n2", ["sha256sum"]);
      const transfer = exec(argv[0] ?? "", argv.slice(1));
      transfer.child.stdin?.end(randomBytes(2_097_152));
      await transfer;
    };
    // 2 MiB at 4 Mbit/s take four seconds, less what the queue and the credit of one second hold.
    await fault("n2", { type: "slow", kbitPerSecond: 4000 });
    expect((await machineStatus("n2"))?.faults).toEqual(["slow 4000 kbit/s"]);
    const slow = { from: await seconds(fromMachine), to: await seconds(toMachine) };
    expect(slow.from).toBeGreaterThan(2);
    expect(slow.to).toBeGreaterThan(2);
    await fault("n2", { type: "heal" });
    expect((await machineStatus("n2"))?.faults).toEqual([]);
    expect(await seconds(fromMachine)).toBeLessThan(slow.from);
    expect(await seconds(toMachine)).toBeLessThan(slow.to);
  });

  test("a lossy link loses the share of packets asked for", async () => {
    await fault("n2", { type: "loss", percent: 100 });
    expect(await answers(addressOf("n2"))).toBe(false);
    await fault("n2", { type: "loss", percent: 20 });
    expect((await machineStatus("n2"))?.faults).toEqual(["loss 20 %"]);
    const { stdout } = await exec("nft", ["list", "table", "bridge", "faults"]);
    expect(stdout.match(/numgen random mod 100/g)).toHaveLength(2);
    await fault("n2", { type: "heal" });
    await on("n1", "ping", "-q", "-c", "20", "-i", "0.01", addressOf("n2")).then((out) =>
      expect(out).toContain(" 0% packet loss"),
    );
  });

  test("a full disk takes no byte until it is freed", async () => {
    const write = () => on("n1", "dd", "if=/dev/zero", "of=/var/lib/containerd/x", "bs=64k", "count=1");
    await fault("n1", { type: "fill-disk" });
    await fault("n1", { type: "fill-disk" });
    await expect(write()).rejects.toThrow("No space left on device");
    expect((await machineStatus("n1"))?.faults).toEqual(["fill-disk"]);
    await fault("n1", { type: "free-disk" });
    await fault("n1", { type: "free-disk" });
    await write();
  });

  test("a process is killed by name, inside that machine only", async () => {
    const pid = (machine: string) => on(machine, "pidof", "chronyd");
    const [one, other] = await Promise.all([pid("n1"), pid("n2")]);
    await fault("n1", { type: "kill-process", process: "chronyd" });
    await expect.poll(() => pid("n1").catch(() => "none")).not.toBe(one);
    expect(await pid("n2")).toBe(other);
    await expect(fault("n1", { type: "kill-process", process: "no-such" })).rejects.toMatchObject({
      code: "LAB_PROCESS_UNKNOWN",
    });
  });

  test("what cannot be done is refused with its own code", async () => {
    await expect(fault("n99", { type: "kill" })).rejects.toMatchObject({
      code: "LAB_MACHINE_UNKNOWN",
      params: { known: "n1, n2, n3, n4, n5" },
    });
    await expect(fault("n1", { type: "clock", seconds: 5 })).rejects.toMatchObject({
      code: "LAB_FAULT_UNSUPPORTED",
    });
    await expect(site.lab.status("no-such-lab")).rejects.toMatchObject({ code: "LAB_UNKNOWN" });
    await fault("n5", { type: "kill" });
    await expect(fault("n5", { type: "fill-disk" })).rejects.toMatchObject({ code: "LAB_MACHINE_OFF" });
  });
});
