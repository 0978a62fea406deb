import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./site.ts";

/** How an emulated machine starts. `http`: UEFI that boots from HTTP; `uefi`: UEFI that boots from TFTP. */
export type Firmware = "bios" | "uefi" | "http";

/** A blank machine to be started. */
export interface MetalOptions {
  /** Root of a system with QEMU 10 (7.2 corrupts its guests). */
  readonly tools: string;
  readonly bridge: string;
  readonly firmware: Firmware;
  readonly mac: string;
  readonly megabytes?: number;
}

/** A machine that was switched on. */
export interface Metal {
  /** Everything on its serial console so far. */
  console(): string;
  /** Resolves once the console shows the text; rejects after `seconds`, on a kernel panic, or when the machine ends. */
  shows(text: string, seconds: number): Promise<void>;
  close(): Promise<void>;
}

const OVMF = "/usr/share/OVMF";

/** Switches an emulated machine on. It has no disk and nothing to boot from but the network. */
export const powerOn = (options: MetalOptions): Metal => {
  const { tools, bridge, firmware, mac, megabytes = 768 } = options;
  const folder = mkdtempSync(join(tmpdir(), "slipway-metal-"));
  const tap = `tap${mac.slice(-2)}`;
  run("ip", "tuntap", "add", "dev", tap, "mode", "tap");
  run("ip", "link", "set", "dev", tap, "master", bridge, "up");
  const uefi = firmware !== "bios";
  mkdirSync(join(folder, "fw"));
  if (uefi) {
    copyFileSync(`${OVMF}/OVMF_CODE_4M.fd`, join(folder, "fw/code.fd"));
    copyFileSync(`${OVMF}/OVMF_VARS_4M.fd`, join(folder, "fw/vars.fd"));
  }
  const qemu = [
    ...["qemu-system-x86_64", "-name", mac, "-machine", uefi ? "q35" : "q35,graphics=off"],
    ...["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", String(megabytes)],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none", "-serial", "stdio"],
    ...["-device", "virtio-rng-pci", "-netdev", `tap,id=n0,ifname=${tap},script=no,downscript=no`],
    // With an empty ROM the firmware's own network boot is at work instead of QEMU's iPXE.
    ...["-device", `virtio-net-pci,netdev=n0,mac=${mac},bootindex=1${uefi ? ",romfile=" : ""}`],
    ...(uefi
      ? [
          ...["-drive", "if=pflash,format=raw,unit=0,readonly=on,file=/machine/fw/code.fd"],
          ...["-drive", "if=pflash,format=raw,unit=1,file=/machine/fw/vars.fd"],
        ]
      : []),
    ...(firmware === "http" ? ["-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=n"] : []),
    ...(uefi ? ["-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n"] : []),
  ];
  const script =
    'mount --rbind /dev "$1/dev" && mount --rbind /proc "$1/proc" && mount --bind "$2" "$1/machine" && tools=$1 && shift 2 && exec chroot "$tools" "$@"';
  const child = spawn(
    "unshare",
    ["--mount", "--propagation", "private", "sh", "-c", script, "sh", tools, folder, ...qemu],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  return watch(child, () => {
    run("ip", "link", "delete", "dev", tap);
    rmSync(folder, { recursive: true, force: true });
  });
};

const watch = (child: ChildProcess, clean: () => void): Metal => {
  let text = "";
  let ended = false;
  const heard = (chunk: Buffer): void => void (text += chunk.toString("latin1"));
  child.stdout?.on("data", heard);
  child.stderr?.on("data", heard);
  const exit = new Promise<void>((resolve) =>
    child.once("exit", () => {
      ended = true;
      resolve();
    }),
  );
  return {
    console: () => text,
    shows: async (wanted, seconds) => {
      const end = performance.now() + seconds * 1000;
      for (;;) {
        if (text.includes(wanted)) return;
        const panic = /Kernel panic[^\n]*/.exec(text)?.[0];
        if (panic !== undefined) throw new Error(`the guest's kernel panicked: ${panic}`);
        if (ended || performance.now() > end) {
          throw new Error(`${ended ? "ended" : "not seen in time"}: ${wanted}\n${text.slice(-2000)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    close: async () => {
      child.kill("SIGKILL");
      await exit;
      clean();
    },
  };
};
