import { describe, expect, test } from "vitest";
import { MachineFacts } from "../../contract/facts.ts";
import {
  collectorOutput,
  recorded,
  type RecordedSections,
} from "../../../test/fixtures/inventory/collector-output.ts";
import { physicalServer } from "../../../test/fixtures/inventory/physical-server.ts";
import { factsFrom } from "./facts.ts";

const trip = { sentAt: 1_795_000_000_000, receivedAt: 1_795_000_000_400 };

const facts = (sections: RecordedSections, encoding?: "base64" | "hex"): MachineFacts =>
  factsFrom({ machine: "m1", output: collectorOutput(sections, encoding), trip });

const server = facts(physicalServer);
const container = facts(recorded("nspawn-debian-13"));
const microVm = facts(recorded("microvm-debian-12"));

describe("facts of recorded machines", () => {
  test("fit the published schema", () => {
    for (const each of [server, container, microVm]) expect(MachineFacts.parse(each)).toEqual(each);
  });

  test("mark the host's hardware as not the container's own", () => {
    expect(container.virtualisation).toEqual({ kind: "container", technology: "systemd-nspawn" });
    expect(container.dmi.own).toBe(false);
    expect(container.disks.length).toBeGreaterThan(0);
    expect(container.disks.every(({ own }) => !own)).toBe(true);
  });

  test("show a loop device only to the container it was handed to", () => {
    expect(container.disks.filter(({ name }) => name.startsWith("loop"))).toEqual([]);
    const given = facts({ ...recorded("nspawn-debian-13"), nodes: "loop0" });
    expect(given.disks.filter(({ own }) => own).map(({ name }) => name)).toEqual(["loop0"]);
  });

  test("find what a kernel without modules has built in, and what it has not", () => {
    expect(container.kernel.features).toMatchObject({
      overlay: "builtin",
      vxlan: "builtin",
      ip_vs: "absent",
    });
    expect(container.kernel.sysctls["fs.inotify.max_user_instances"]).toMatch(/^\d{3,}$/);
  });

  test("tell the mount that really holds a folder", () => {
    const etcd = container.space.find(({ path }) => path === "/var/lib/etcd");
    expect(etcd).toMatchObject({ mount: "/var/lib/etcd", fstype: "ext4", totalBytes: 4096 * 5194388 });
  });

  test("name the hybrid hierarchy of version 1", () => {
    expect(container.cgroup.version).toBe("hybrid");
    expect(microVm.cgroup.version).toBe("hybrid");
  });

  test("come with the reason where a device refused to be read", () => {
    expect(microVm.unknown).toContainEqual({ fact: "signatures", why: "wipefs on vda ended with 1" });
  });
});

describe("facts of an emulated machine with a kernel of its own", () => {
  const vm = facts(recorded("vm-debian-13"));

  test("has disks of its own with stable names, and cgroup version 2", () => {
    expect(vm.virtualisation).toEqual({ kind: "vm", technology: "qemu" });
    expect(vm.disks[0]).toMatchObject({ name: "vda", own: true, transport: "virtio", mounts: ["/"] });
    expect(vm.disks[0]?.ids).toContain("/dev/disk/by-id/virtio-v1-root");
    expect(vm.disks[0]?.signatures).toMatchObject([{ type: "ext4", offset: 1080 }]);
    expect(vm.cgroup.version).toBe("v2");
  });

  test("may lower oom_score_adj, which the lab's containers may not", () => {
    expect(vm.privileges.lowerOomScore).toBe(true);
    expect(container.privileges.lowerOomScore).toBe(false);
  });

  test("has modules, whichever way their files are spelled", () => {
    expect(vm.kernel.features).toMatchObject({ overlay: "module", nf_tables: "loaded", ip_vs: "module" });
    const spelled = facts({
      ...recorded("vm-debian-13"),
      available: "module\tkernel/drivers/md/dm-mod.ko.xz",
    });
    expect(spelled.kernel.features["dm_mod"]).toBe("module");
  });

  test("finds the PCI address of a network card also behind virtio", () => {
    const netlinks = "/sys/class/net/enp0s3/device\t/sys/devices/pci0000:00/0000:00:03.0/virtio2";
    const found = facts({ ...recorded("vm-debian-13"), netlinks }).interfaces;
    expect(found.find(({ name }) => name === "enp0s3")?.pci).toBe("0000:00:03.0");
  });
});

describe("facts of a rack server", () => {
  test("leave out what makers forgot to fill in", () => {
    expect(server.dmi).toMatchObject({
      own: true,
      product: "NF5280M6",
      version: null,
      uuid: "4c4c4544-0042-3510-8052-b7c04f4e3632",
    });
    expect(server.firmware).toEqual({ kind: "uefi", secureBoot: true });
    expect(server.tpm).toEqual({ version: "2.0" });
  });

  test("count sockets, cores and threads by the kernel's topology", () => {
    expect(server.cpu).toMatchObject({
      sockets: 2,
      cores: 4,
      threads: 8,
      usable: 8,
      model: expect.stringContaining("6330"),
    });
    expect(server.numa.map(({ node, cpus }) => [node, cpus])).toEqual([
      [0, "0-3"],
      [1, "4-7"],
    ]);
  });

  test("list whole disks only, without empty readers and optical drives", () => {
    expect(server.disks.map(({ name }) => name)).toEqual(["sda", "sdb", "sdc", "sdd", "nvme0n1"]);
  });

  test("identify disks by names that survive a reboot", () => {
    expect(server.disks[0]).toMatchObject({
      ids: ["/dev/disk/by-id/ata-SAMSUNG_S6ABNA0R000001", "/dev/disk/by-id/wwn-0x5002538f00000001"],
      wwn: "0x5002538f00000001",
      vendor: "ATA",
    });
    expect(server.disks[3]?.wwn).toBe("naa.5000c500a0000004");
    expect(server.disks[4]?.ids).toEqual(["/dev/disk/by-id/nvme-eui.36344830526000010025384300000001"]);
  });

  test("report every signature, also those that another one hides", () => {
    const types = (name: string): string[] =>
      server.disks.find((disk) => disk.name === name)?.signatures.map(({ type }) => type) ?? [];
    expect(types("sda")).toEqual(["gpt", "PMBR", "vfat", "LVM2_member", "xfs", "swap"]);
    expect(types("sdb")).toEqual(["linux_raid_member", "ntfs", "xfs"]);
    expect(types("sdd")).toEqual(["zfs_member", "ceph_bluestore"]);
    expect(types("nvme0n1")).toEqual(["crypto_LUKS"]);
    expect(server.disks[3]?.signatures[1]?.offset).toBe(512);
  });

  test("see through partitions, volumes and mirrors to what is mounted", () => {
    expect(server.disks[0]?.mounts).toEqual(["/boot/efi", "/", "[SWAP]"]);
    expect(server.disks[0]?.volumes).toEqual([
      { name: "vg-root", kind: "lvm" },
      { name: "vg-swap", kind: "lvm" },
    ]);
    expect(server.disks[2]?.volumes).toEqual([{ name: "md127", kind: "raid1" }]);
  });

  test("tell bonds, their members and the VLAN on top apart", () => {
    const by = new Map(server.interfaces.map((entry) => [entry.name, entry]));
    expect(by.get("eno1")).toMatchObject({
      kind: "physical",
      driver: "mlx5_core",
      pci: "0000:31:00.0",
      speedMbps: 25000,
      master: "bond0",
    });
    expect(by.get("eno1")?.lldp).toEqual({ chassis: "tor-a", port: "25GE1/0/7" });
    expect(by.get("eno2")).toMatchObject({ permanentMac: "3c:ec:ef:00:00:02", speedMbps: null });
    expect(by.get("bond0")?.kind).toBe("bond");
    expect(by.get("bond0.120")).toMatchObject({ kind: "vlan", vlan: 120, parent: "bond0" });
    expect(by.get("bond0.120")?.addresses[0]).toMatchObject({ address: "10.20.0.11", dynamic: true });
  });

  test("give listening ports with the process where it can be seen", () => {
    expect(server.listeners).toEqual([
      { protocol: "tcp", address: "0.0.0.0", port: 22, process: null, pid: null },
      { protocol: "tcp", address: "127.0.0.1", port: 2379, process: null, pid: null },
      { protocol: "tcp", address: "::", port: 10250, process: "kubelet", pid: 900 },
      { protocol: "udp", address: "127.0.0.1", port: 323, process: null, pid: null },
    ]);
  });

  test("never hold the password of a proxy", () => {
    expect(server.proxies).toContainEqual({
      source: "environment",
      name: "https_proxy",
      value: "http://***@proxy.example:3128",
    });
    expect(JSON.stringify(server)).not.toContain("s3cret");
  });

  test("say what a module folder has, and that a configured module without file is absent", () => {
    expect(server.kernel.features).toMatchObject({
      overlay: "module",
      nf_conntrack: "loaded",
      vxlan: "absent",
      memcg: "builtin",
    });
  });

  test("read time, zone, file systems, access control and leftovers", () => {
    expect(server.time).toMatchObject({
      synchronised: true,
      service: "chrony",
      source: "10.20.0.9",
      sourceOffsetMs: 0.1,
      timeZone: "Asia/Shanghai",
    });
    expect(server.cgroup).toEqual({
      version: "v2",
      controllers: ["cpuset", "cpu", "io", "memory", "hugetlb", "pids"],
    });
    expect(server.mounts.map(({ target }) => target)).toContain("/mnt/old share");
    expect(server.space.find(({ path }) => path === "/var/lib/etcd")).toMatchObject({
      mount: "/srv",
      inodesFree: null,
    });
    expect(server.security).toEqual({ selinux: "enforcing", apparmor: "absent" });
    expect(server.leftovers.map(({ what, product }) => `${what}:${product}`)).toEqual([
      "/var/lib/kubelet:kubernetes",
      "/etc/rancher:k3s or rke2",
      "flannel.1:flannel",
      "kubeadm:kubernetes",
      "kubelet (900):kubernetes",
      "KUBE-*:kubernetes",
      "kube-proxy:kubernetes",
    ]);
    expect(server.privileges.openFilesHard).toBeNull();
    expect(server.gpus).toMatchObject([{ vendor: "NVIDIA", driver: "nvidia", numaNode: 1 }]);
    expect(server.slipway).toEqual({ cluster: "old", machine: "db7", member: false });
    expect(server.os).toEqual({
      id: "openEuler",
      versionId: "22.03",
      name: "openEuler 22.03 (LTS-SP4)",
      like: [],
    });
  });
});

describe("a machine with little on it", () => {
  test("gives facts without tools, and says which are unknown", () => {
    const bare = Object.fromEntries(
      Object.entries(physicalServer).map(([name, section]) =>
        ["lsblk", "addresses", "routes", "localhost", "signatures"].includes(name)
          ? [
              name,
              { status: name === "addresses" ? "124" : name === "signatures" ? "127" : "missing", body: "" },
            ]
          : [name, section],
      ),
    );
    expect(facts(bare).unknown).toEqual([
      { fact: "disks", why: "lsblk: not available on the machine" },
      { fact: "interfaces", why: "addresses: no answer within its time limit" },
      { fact: "routes", why: "routes: not available on the machine" },
      { fact: "resolution", why: "localhost: not available on the machine" },
      { fact: "signatures", why: "wipefs: not available on the machine" },
    ]);
  });

  test("may lack base64", () => {
    expect(facts(physicalServer, "hex")).toEqual(server);
  });

  test("may greet with a banner", () => {
    const output = `Welcome to DB-07!\n${collectorOutput(physicalServer)}`;
    expect(factsFrom({ machine: "m1", output, trip })).toEqual(server);
  });

  test("is unreadable when the stream was cut anywhere", () => {
    const whole = collectorOutput(physicalServer);
    for (let at = 0; at < whole.length - 4; at += 997) {
      expect(() => factsFrom({ machine: "m1", output: whole.slice(0, at), trip })).toThrow(/unreadable/);
    }
  });
});

describe("the clock", () => {
  const clock = (start: string, end: string): MachineFacts["time"] =>
    facts({ ...physicalServer, "clock.start": start, "clock.end": end }).time;

  test("is measured by the middle of the round trip, and is uncertain by half of the way", () => {
    expect(clock("1795000000050000000", "1795000000350000000")).toMatchObject({
      offsetMs: 0,
      uncertaintyMs: 51,
    });
  });

  test("shows a machine that is ahead as positive", () => {
    expect(clock("1795000060050000000", "1795000060350000000").offsetMs).toBe(60_000);
  });

  test("is known to half a second where date has no nanoseconds", () => {
    const { offsetMs, uncertaintyMs } = clock("1795000000N", "1795000000N");
    expect(Math.abs(offsetMs ?? Infinity)).toBeLessThanOrEqual(uncertaintyMs ?? 0);
    expect(uncertaintyMs).toBeGreaterThanOrEqual(500);
  });

  test("is unknown where date gave nothing", () => {
    expect(clock("", "")).toMatchObject({ offsetMs: null, uncertaintyMs: null });
  });
});
