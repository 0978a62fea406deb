import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NetbootStatus } from "../../installer/contract/api/netboot.ts";
import { blankFacts, InstallerClient } from "../fakes/installer-client.ts";
import { openSite, run, type TestSite } from "../support/netboot/site.ts";

const MAC = "52:54:00:77:00:01";
const PROGRAM = join(import.meta.dirname, "../../installer/main.ts");
const folder = mkdtempSync(join(tmpdir(), "slipway-netboot-engine-"));
const image = join(folder, "image");

let site: TestSite;

beforeAll(() => {
  site = openSite(`nbengine${process.pid}`);
  mkdirSync(image);
  for (const name of ["undionly.kpxe", "snponly.efi"])
    copyFileSync(`/usr/lib/ipxe/${name}`, join(image, name));
  const others = [
    "root.squashfs",
    "boot.tar",
    "installer.vmlinuz",
    "installer.initrd",
    "shimx64.efi",
    "grubx64.efi",
  ];
  for (const name of others) writeFileSync(join(image, name), name.repeat(1000));
});

afterAll(() => {
  site.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One engine's data folder, which outlives its engines. */
const dataFolder = (name: string): string => {
  const data = join(folder, name);
  mkdirSync(data, { mode: 0o700 });
  return data;
};

/** Starts an engine, with these capabilities and no others when they are named; resolves once it can be called. */
const engine = async (data: string, ...capabilities: readonly string[]): Promise<ChildProcess> => {
  const list = ["-all", ...capabilities.map((name) => `+${name}`)].join(",");
  const limits = ["--inh-caps", "--ambient-caps", "--bounding-set"].map((option) => `${option}=${list}`);
  // The user stays the same, so that its folders may be anywhere; being root gives it nothing.
  const rights = ["setpriv", "--securebits=+noroot,+noroot_locked", ...limits, "--no-new-privs"];
  const argv = [process.execPath, PROGRAM, "--data", data, "engine", "run"];
  const [file = "", ...args] = capabilities.length === 0 ? argv : [...rights, ...argv];
  const child = spawn(file, args, { stdio: "ignore", env: { ...process.env, SLIPWAY_NODE_OS: image } });
  const socket = join(data, "engine.sock");
  rmSync(socket, { force: true });
  while (!existsSync(socket) && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return child;
};

const kill = async (child: ChildProcess): Promise<void> => {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
};

/** What a command prints on standard output, or its error. */
const slipway = (data: string, ...args: readonly string[]): string => {
  try {
    const socket = join(data, "engine.sock");
    return run(process.execPath, PROGRAM, "--data", data, "--socket", socket, "--output", "json", ...args);
  } catch (error) {
    // A state that is no success is an answer too, with an exit code of its own.
    const { stdout, stderr } = error as { readonly stdout?: unknown; readonly stderr?: unknown };
    return `${String(stdout)}${String(stderr)}`;
  }
};

const statusOf = (data: string): NetbootStatus =>
  NetbootStatus.parse(JSON.parse(slipway(data, "netboot", "status")));

describe("an engine that serves machines", () => {
  test("needs the rights to open low ports and raw sockets and no others", { timeout: 180_000 }, async () => {
    const data = dataFolder("rights");
    const enough = await engine(data, "net_bind_service", "net_raw");
    expect(slipway(data, "netboot", "start", "--interface", site.bridge)).toContain('"running": true');
    await kill(enough);
    const tooFew = await engine(data, "net_bind_service");
    expect(slipway(data, "netboot", "start", "--interface", site.bridge)).toContain("NETBOOT_NOT_PERMITTED");
    await kill(tooFew);
  });

  test("refuses settings that do not fit, and names what is wrong", { timeout: 180_000 }, async () => {
    const data = dataFolder("settings");
    const child = await engine(data);
    const start = (...more: string[]): string =>
      slipway(data, "netboot", "start", "--interface", site.bridge, ...more);
    expect(start("--range", "10.78.0.1-10.78.0.9")).toContain("NETBOOT_SETTINGS");
    expect(start("--range", "10.77.0.9-10.77.0.1")).toContain("NETBOOT_SETTINGS");
    expect(start("--discovery")).toContain("NETBOOT_SETTINGS");
    expect(start("--proxy", "--range", "10.77.0.50-10.77.0.60")).toContain("NETBOOT_SETTINGS");
    expect(slipway(data, "netboot", "start", "--interface", "nothing0")).toContain(
      "NETBOOT_INTERFACE_UNKNOWN",
    );
    expect(statusOf(data)).toMatchObject({ running: false, wanted: false });
    await kill(child);
  });

  test(
    "serves again after it was killed, and the machine that booted before is still known",
    { timeout: 180_000 },
    async () => {
      const data = dataFolder("again");
      const first = await engine(data);
      slipway(
        data,
        "netboot",
        "start",
        "--interface",
        site.bridge,
        "--range",
        "10.77.0.50-10.77.0.60",
        "--discovery",
      );
      const script = await fetch(`http://10.77.0.1/b/grub/grub.cfg-01-${MAC.replaceAll(":", "-")}`);
      const line = new Map(
        [...(await script.text()).matchAll(/(slipway\.\w+)=(\S+)/g)].map(([, key = "", value = ""]) => [
          key,
          value,
        ]),
      );
      const wish = {
        url: line.get("slipway.engine") ?? "",
        ca: await (await fetch("http://10.77.0.1/site-ca.pem")).text(),
        token: line.get("slipway.token") ?? "",
      };
      expect((await new InstallerClient(wish).hello(blankFacts())).text).toBe("action wait\nseconds 10\n");
      await kill(first);
      const second = await engine(data);
      while (!statusOf(data).running) await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await new InstallerClient(wish).hello(blankFacts())).text).toBe("action wait\nseconds 10\n");
      expect(slipway(data, "machine", "discovered")).toContain('"SN-0001"');
      expect(slipway(data, "netboot", "timeline", MAC)).toContain('"hello"');
      await kill(second);
    },
  );
});
