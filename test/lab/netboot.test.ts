import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureVm } from "../../installer/adapters/lab/vm-image.ts";
import { openBootLibrary } from "../../installer/adapters/netboot/boot-files.ts";
import { type BootSite, type BootSiteOptions, startBootSite } from "../support/netboot/boot-site.ts";
import { GUEST_LINE, type GuestFiles, makeGuest } from "../support/netboot/guest.ts";
import { type Firmware, powerOn } from "../support/netboot/metal.ts";
import { type Neighbour, openSite, run, SITE_ADDRESS, type TestSite } from "../support/netboot/site.ts";
import { labFolders } from "./harness.ts";

/** Emulation on a busy computer is slow; an idle one needs 15 seconds. */
const PATIENCE_SECONDS = 400;
const MAC = "52:54:00:77:00:01";

let site: TestSite;
let guest: GuestFiles;
let tools: string;
let dns: Neighbour;
const folder = mkdtempSync(join(tmpdir(), "slipway-netboot-"));

beforeAll(async () => {
  const vm = await ensureVm(labFolders);
  tools = vm.tools;
  guest = makeGuest(folder, vm.image);
  site = openSite(`nbtest${process.pid}`);
  dns = site.neighbour("dns", "10.77.0.2");
}, 900_000);

afterAll(() => {
  site.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the work beside our boot services, and stops them whatever happens. */
const serving = async (
  over: Partial<BootSiteOptions>,
  work: (boot: BootSite) => Promise<void>,
): Promise<void> => {
  const boot = await startBootSite({ bridge: site.bridge, mode: "full", guest, macs: [MAC], ...over });
  try {
    await work(boot);
  } finally {
    await boot.netboot.close();
  }
};

/** dnsmasq as a site's own DHCP server, without a word about booting. */
const besideDnsmasq = async (work: () => Promise<void>): Promise<void> => {
  const config = join(folder, "dnsmasq.conf");
  writeFileSync(
    config,
    [
      ...["port=0", "interface=eth0", "bind-interfaces", "except-interface=lo", "no-ping", "user=root"],
      ...["dhcp-range=10.77.0.50,10.77.0.150,255.255.255.0,1h", "dhcp-authoritative"],
      ...[`dhcp-leasefile=${folder}/leases`, `pid-file=${folder}/dnsmasq.pid`, ""],
    ].join("\n"),
  );
  const [program = "", ...rest] = dns.prefix;
  const dnsmasq = [...rest, "dnsmasq", "--keep-in-foreground", `--conf-file=${config}`];
  const child = spawn(program, dnsmasq, { stdio: "ignore" });
  try {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await work();
  } finally {
    child.kill("SIGKILL");
  }
};

/** Switches a blank machine on and waits until the kernel that we served runs. */
const boots = async (firmware: Firmware): Promise<void> => {
  const machine = powerOn({ tools, bridge: site.bridge, firmware, mac: MAC });
  try {
    await machine.shows(
      `${GUEST_LINE} initrd=initrd.magic console=ttyS0 slipway.mac=${MAC}`,
      PATIENCE_SECONDS,
    );
  } finally {
    await machine.close();
  }
};

const stations = ({ events }: BootSite): string[] =>
  events.flatMap((event) => {
    if (event.kind === "dhcp" && event.message === "ack") return [`${event.client} ack`];
    return event.kind === "file" && event.outcome === "done" ? [`${event.protocol} ${event.role}`] : [];
  });

/** Emulated machines take minutes on a busy computer: `npm run test:metal` asks for them. */
const metal = process.env["SLIPWAY_TEST_METAL"] === "1";

describe.skipIf(!metal)("a blank machine", () => {
  const iPxe = ["ipxe ack", "http script", "http kernel", "http initrd"];

  test.each([
    ["bios", iPxe],
    ["uefi", ["pxe ack", "tftp loader", ...iPxe]],
    ["http", ["http ack", "http loader", ...iPxe]],
  ] as const)(
    "with %s firmware boots the kernel that we serve",
    { timeout: 450_000 },
    async (firmware, expected) => {
      await serving({}, async (boot) => {
        await boots(firmware);
        expect(stations(boot)).toEqual(expected);
      });
    },
  );

  test(
    "boots beside a site's own DHCP server, which keeps giving the addresses",
    { timeout: 450_000 },
    async () => {
      await besideDnsmasq(() =>
        serving({ mode: "proxy" }, async (boot) => {
          await boots("bios");
          expect(stations(boot)).toEqual(iPxe.slice(1));
          expect(boot.netboot.leases()).toEqual([]);
        }),
      );
    },
  );
});

describe("another DHCP server", () => {
  test("is named by address and hardware address, and no full server starts beside it", async () => {
    const [, mac] = /link\/ether (\S+)/.exec(run(...linkOf(dns))) ?? [];
    await besideDnsmasq(async () => {
      await expect(serving({ lookMs: 2000 }, async () => undefined)).rejects.toMatchObject({
        code: "NETBOOT_OTHER_DHCP",
        params: { interface: site.bridge, servers: `10.77.0.2 (${mac})` },
      });
      await serving({ mode: "proxy", lookMs: 2000 }, async (boot) => expect(boot.others).toEqual([]));
    });
  });

  test("that appears later is reported once", async () => {
    await serving({ lookMs: 500, lookAgainMs: 300 }, async (boot) => {
      await besideDnsmasq(() => new Promise((resolve) => setTimeout(resolve, 12_000)));
      expect(boot.others).toEqual([expect.objectContaining({ address: "10.77.0.2", givesAddresses: true })]);
    });
  });
});

const linkOf = ({ namespace }: Neighbour): [string, ...string[]] => [
  "ip",
  "-n",
  namespace,
  "link",
  "show",
  "eth0",
];

describe("clients of a running system", () => {
  test("get an address without a broadcast flag, an address in use is passed over, and a file over TFTP", async () => {
    const client = site.neighbour("client", "");
    run("ip", "-n", client.namespace, "link", "set", "eth0", "address", MAC);
    // Something sits on the first address of the range.
    site.neighbour("squatter", "10.77.0.50");
    await serving({}, async (boot) => {
      const script = join(folder, "udhcpc.sh");
      writeFileSync(script, '#!/bin/sh\n[ "$1" = bound ] && ip address add "$ip/24" dev eth0\ntrue\n', {
        mode: 0o755,
      });
      const inside = async (...args: readonly string[]): Promise<number | null> => {
        const [program = "", ...rest] = [...client.prefix, ...args];
        const child = spawn(program, rest, { stdio: "ignore" });
        return new Promise((resolve) => child.once("exit", resolve));
      };
      expect(await inside("busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-s", script)).toBe(0);
      expect(run("ip", "-n", client.namespace, "-4", "address", "show", "dev", "eth0")).toContain(
        "10.77.0.51/24",
      );
      expect(boot.events).toContainEqual(
        expect.objectContaining({ reason: "address-in-use", about: "10.77.0.50" }),
      );
      const got = join(folder, "got");
      expect(
        await inside("busybox", "tftp", "-g", "-b", "1400", "-r", "snponly.efi", "-l", got, "10.77.0.1"),
      ).toBe(0);
      expect(await inside("cmp", got, "/usr/lib/ipxe/snponly.efi")).toBe(0);
    });
  });
});

describe("the rights of the boot services", () => {
  /** Starts them with these capabilities and no others; what they printed by the time they are ready or have ended. */
  const startWith = async (...capabilities: readonly string[]): Promise<string> => {
    const list = ["-all", ...capabilities.map((name) => `+${name}`)].join(",");
    const limits = [
      `--inh-caps=${list}`,
      `--ambient-caps=${list}`,
      `--bounding-set=${list}`,
      "--no-new-privs",
    ];
    // The user stays the same, so that the program may be anywhere; being root gives it nothing.
    const rights = ["--securebits=+noroot,+noroot_locked", ...limits];
    const program = join(import.meta.dirname, "../support/netboot/serve-process.ts");
    const tree = join(guest.folder, "tree");
    const child = spawn("setpriv", [...rights, process.execPath, program, site.bridge, SITE_ADDRESS, tree]);
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => void (said += chunk.toString()));
    await new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.stdout.once("data", (chunk: Buffer) => {
        said += chunk.toString();
        resolve();
      });
    });
    child.kill("SIGKILL");
    return said;
  };

  test("are those to open low ports and raw sockets, and nothing else", async () => {
    expect(await startWith("net_bind_service", "net_raw")).toBe("ready\n");
    expect(await startWith("net_bind_service")).toContain("NETBOOT_NOT_PERMITTED");
    expect(await startWith("net_raw")).toContain("NETBOOT_NOT_PERMITTED");
  });
});

describe("the tree of boot files", () => {
  test("does not lead out of itself, by name or by link", async () => {
    const tree = join(guest.folder, "tree");
    run("ln", "-sf", "/etc/passwd", join(tree, "link"));
    const files = openBootLibrary(tree);
    for (const path of ["link", "../vmlinuz", "/b/%2e%2e/vmlinuz", "/etc/passwd", "."]) {
      for (const protocol of ["tftp", "http"] as const) {
        expect(await files.find({ protocol, path })).toEqual({ kind: "missing" });
      }
    }
  });
});
