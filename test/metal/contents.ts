import { execFileSync } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";

/** What a generated disk may hold. */
export const CONTENTS = [
  "ext4",
  "xfs",
  "btrfs",
  "swap",
  "gpt-home",
  "gpt-empty-partition",
  "dos-partition",
  "lvm",
  "luks",
  "md",
  "zfs",
  "bluestore",
  "bcache",
  "vmfs",
  "ntfs",
  "raw-start",
  "raw-end",
  "other-node",
] as const;

/** One of {@link CONTENTS}. */
export type Content = (typeof CONTENTS)[number];

const sh = (program: string, args: readonly string[], input?: string): void => {
  execFileSync(program, args, { input, stdio: ["pipe", "ignore", "pipe"] });
};

const poke = (device: string, offset: number, bytes: Buffer): void => {
  const file = openSync(device, "r+");
  writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
};

/** CRC-32 as LVM takes it: the usual polynomial, another start value, no final inversion. */
const lvmCrc = (bytes: Buffer): number => {
  let crc = 0xf597a6cf;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return crc >>> 0;
};

/** Sector 1 of a physical volume (LVM2, lib/label/label.h). */
const lvmLabel = (): Buffer => {
  const label = Buffer.alloc(512);
  label.write("LABELONE", 0);
  label.writeBigUInt64LE(1n, 8);
  label.writeUInt32LE(32, 20);
  label.write("LVM2 001", 24);
  label.write("abcdefghijklmnopqrstuvwxyz012345", 32);
  label.writeUInt32LE(lvmCrc(label.subarray(20)), 16);
  return label;
};

/** A version 1.2 superblock of an array (Linux, include/uapi/linux/raid/md_p.h). */
const mdSuperblock = (): Buffer => {
  const block = Buffer.alloc(256);
  block.writeUInt32LE(0xa92b4efc, 0);
  block.writeUInt32LE(1, 4);
  block.write("site:storage", 32);
  block.writeUInt32LE(1, 72);
  block.writeBigUInt64LE(8n, 144);
  let sum = 0;
  for (let at = 0; at < 256; at += 4) sum += block.readUInt32LE(at);
  block.writeUInt32LE((sum % 2 ** 32) + Math.floor(sum / 2 ** 32), 216);
  return block;
};

const text = (value: string): Buffer => Buffer.from(value, "latin1");

/** Fills a device with content, by the programs that make it where this computer has them, else by its magic numbers. */
export const fill = (device: string, content: Content, sizeBytes: number): void => {
  switch (content) {
    case "ext4":
      return sh("mkfs.ext4", [
        "-q",
        "-F",
        "-L",
        "archive",
        "-M",
        "/srv/archive",
        "-E",
        "nodiscard",
        device,
        "2g",
      ]);
    case "xfs":
      return sh("mkfs.xfs", ["-q", "-f", "-K", "-L", "logs", device]);
    case "btrfs":
      return sh("mkfs.btrfs", ["-q", "-f", "-K", "-L", "snapshots", device]);
    case "swap":
      return sh("mkswap", ["-L", "swap", device]);
    case "gpt-home":
      sh(
        "sfdisk",
        ["-q", "--no-reread", "--no-tell-kernel", device],
        'label: gpt\nstart=2048, size=2097152, name="home"\n',
      );
      return sh("mkfs.ext4", [
        "-q",
        "-F",
        "-L",
        "home",
        "-M",
        "/home",
        "-E",
        "offset=1048576,nodiscard",
        device,
        "1g",
      ]);
    case "gpt-empty-partition":
      return sh(
        "sfdisk",
        ["-q", "--no-reread", "--no-tell-kernel", device],
        "label: gpt\nstart=2048, size=4096\n",
      );
    case "dos-partition":
      return sh(
        "sfdisk",
        ["-q", "--no-reread", "--no-tell-kernel", device],
        "label: dos\nstart=2048, size=4096, type=7\n",
      );
    case "lvm":
      return poke(device, 512, lvmLabel());
    case "luks":
      return poke(device, 0, Buffer.concat([Buffer.from("4c554b53babe0001", "hex"), Buffer.alloc(160, 1)]));
    case "md":
      return poke(device, 4096, mdSuperblock());
    case "zfs": {
      // Uberblocks (OpenZFS, include/sys/uberblock_impl.h): libblkid wants several of them.
      const uberblock = Buffer.alloc(1024);
      uberblock.writeBigUInt64LE(0x00bab10cn, 0);
      for (let at = 0; at < 32; at += 1) poke(device, 131_072 + at * 1024, uberblock);
      return;
    }
    case "bluestore":
      return poke(device, 0, text("bluestore block device\n8fa0ffd1-1a4a-4a1c-93a7-3a8a1d2f6a11\n"));
    case "bcache":
      return poke(
        device,
        4096,
        Buffer.concat([Buffer.alloc(24, 7), Buffer.from("c68573f64e1a45ca8265f57f48ba6d81", "hex")]),
      );
    case "vmfs":
      return poke(device, 1_048_576, Buffer.from("0dd001c000000000", "hex"));
    case "ntfs":
      return poke(
        device,
        0,
        Buffer.concat([
          Buffer.from("eb5290", "hex"),
          text("NTFS    "),
          Buffer.alloc(499, 2),
          Buffer.from("55aa", "hex"),
        ]),
      );
    case "raw-start":
      return poke(device, 3_000_000, text("rows of a database without a file system"));
    case "raw-end":
      return poke(device, sizeBytes - 5000, text("the end of something"));
    case "other-node":
      return poke(device, 1_044_480, text("slipway-disk/1\njob somebody-else\n"));
  }
};
