import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Tools } from "../system/tools-root.ts";

const SECTOR = 512;
/** First sector of the partition that holds GRUB's core: the disk layout has it at 1 MiB. */
export const CORE_SECTOR = 2048;

/** Where boot.S keeps the sector that it loads (GRUB, include/grub/i386/pc/boot.h, GRUB_BOOT_MACHINE_KERNEL_SECTOR). */
const KERNEL_SECTOR = 0x5c;
/** A jump that grub-bios-setup replaces by two NOPs on hard disks (GRUB_BOOT_MACHINE_DRIVE_CHECK). */
const DRIVE_CHECK = 0x66;
/** List of the sectors of the core at the end of diskboot.S's sector: start (64 bits), count and segment (16 bits each). */
const BLOCK_LIST = SECTOR - 12;
/** Segment behind the first sector of the core (GRUB_BOOT_MACHINE_KERNEL_SEG and one sector). */
const REST_SEGMENT = 0x820;

/**
 * boot.img with the place of the core set, as grub-bios-setup would set it for a core at CORE_SECTOR; so the installer
 * only copies bytes.
 */
export const placedBoot = (boot: Uint8Array): Uint8Array => {
  const placed = Buffer.from(boot);
  placed.writeBigUInt64LE(BigInt(CORE_SECTOR), KERNEL_SECTOR);
  placed.fill(0x90, DRIVE_CHECK, DRIVE_CHECK + 2);
  return placed;
};

/** The core filled up to whole sectors, with the list of where the rest of it lies. */
export const placedCore = (core: Uint8Array): Uint8Array => {
  const sectors = Math.ceil(core.length / SECTOR);
  const placed = Buffer.alloc(sectors * SECTOR);
  placed.set(core);
  placed.writeBigUInt64LE(BigInt(CORE_SECTOR + 1), BLOCK_LIST);
  placed.writeUInt16LE(sectors - 1, BLOCK_LIST + 8);
  placed.writeUInt16LE(REST_SEGMENT, BLOCK_LIST + 10);
  return placed;
};

/** GRUB for BIOS, to be made. */
export interface GrubRequest {
  readonly modules: readonly string[];
  /** Folder with core.cfg, the script that the core begins with. */
  readonly config: string;
  /** Folder that receives boot.img and core.img. */
  readonly into: string;
  readonly component: string;
}

/** Makes GRUB's two images for BIOS, ready to be copied to the disk. */
export const makeGrub = async (tools: Tools, request: GrubRequest): Promise<void> => {
  const { modules, config, into, component } = request;
  await tools.run(
    [
      ...(["grub-mkimage", "--format=i386-pc", "--prefix=/grub"] as const),
      ...["--config=/work/config/core.cfg", "--output=/work/out/core.img", ...modules],
    ],
    { component, folders: { config, out: into } },
  );
  const boot = await readFile(join(tools.root, "usr/lib/grub/i386-pc/boot.img"));
  await writeFile(join(into, "boot.img"), placedBoot(boot));
  await writeFile(join(into, "core.img"), placedCore(await readFile(join(into, "core.img"))));
};
