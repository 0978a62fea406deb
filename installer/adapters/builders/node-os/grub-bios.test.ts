import { describe, expect, test } from "vitest";
import { placedBoot, placedCore } from "./grub-bios.ts";

describe("GRUB for BIOS", () => {
  test("is told to load its core from the first sector of the second mebibyte", () => {
    const boot = Buffer.from(placedBoot(new Uint8Array(512)));
    expect(boot.readBigUInt64LE(0x5c)).toBe(2048n);
    expect(boot.readUInt16LE(0x66)).toBe(0x9090);
  });

  test("finds the rest of a core right behind its first sector", () => {
    const core = Buffer.from(placedCore(new Uint8Array(1200).fill(1)));
    expect(core.length).toBe(3 * 512);
    expect(core.readBigUInt64LE(500)).toBe(2049n);
    expect([core.readUInt16LE(508), core.readUInt16LE(510)]).toEqual([2, 0x820]);
    expect(core.subarray(1200).every((byte) => byte === 0)).toBe(true);
  });
});
