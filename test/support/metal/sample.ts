import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MetalPlan } from "../../../installer/contract/metal/plan.ts";
import type { ChosenDisk } from "../../../installer/core/metal/choose-disk.ts";
import { sha256 } from "./stand-in.ts";

/** What a plan points to. */
export interface InstallFiles {
  readonly image: Buffer;
  readonly boot: Buffer;
  readonly identity: Buffer;
}

const tarOf = (folder: string): Buffer =>
  execFileSync("tar", ["--create", "--directory", folder, "."], { maxBuffer: 2 ** 28 });

/** A small system that nothing can start: enough for everything that is about disks. */
export const smallFiles = (folder: string): InstallFiles => {
  const boot = join(folder, "boot");
  for (const name of ["efi/EFI/BOOT", "efi/loader", "bios"]) mkdirSync(join(boot, name), { recursive: true });
  writeFileSync(join(boot, "vmlinuz"), Buffer.alloc(300_000, "kernel"));
  writeFileSync(join(boot, "initrd"), Buffer.alloc(500_001, "initrd"));
  writeFileSync(join(boot, "efi/EFI/BOOT/BOOTX64.EFI"), Buffer.alloc(100_000, "loader"));
  writeFileSync(join(boot, "efi/loader/loader.conf"), "timeout 0\n");
  writeFileSync(join(boot, "bios/boot.img"), Buffer.alloc(512, "mbr"));
  writeFileSync(join(boot, "bios/core.img"), Buffer.alloc(50_000, "core"));
  const identity = identityTar(folder, {});
  const files = { image: Buffer.alloc(5_000_000, "a system, "), boot: tarOf(boot), identity };
  rmSync(boot, { recursive: true });
  return files;
};

/** The identity of a machine `n1`, with further files. */
export const identityTar = (folder: string, more: Readonly<Record<string, string>>): Buffer => {
  const own = join(folder, "identity");
  mkdirSync(own, { recursive: true });
  const all = { hostname: "n1\n", "machine-id": "", ...more };
  for (const [name, content] of Object.entries(all)) writeFileSync(join(own, name), content);
  const tar = tarOf(own);
  rmSync(own, { recursive: true });
  return tar;
};

/** The plan to put the files on the disk. */
export const installPlan = (
  { disk, foreign }: ChosenDisk,
  { image, boot, identity }: InstallFiles,
): MetalPlan => ({
  kind: "install",
  ...{ "disk-name": disk.name, "disk-serial": disk.serial, "disk-wwn": disk.wwn, "disk-path": disk.byPath },
  ...{ "disk-size": disk.sizeBytes, foreign },
  ...{ "image-path": "image", "image-sha256": sha256(image), "image-size": image.length },
  ...{ "boot-path": "boot", "boot-sha256": sha256(boot), "boot-size": boot.length },
  ...{ "identity-path": "identity", "identity-sha256": sha256(identity) },
  ...{ firmware: "bios", "cmdline-extra": "console=ttyS0" },
});
