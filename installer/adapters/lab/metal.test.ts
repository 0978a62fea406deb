import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { machineDirectory } from "./layout.ts";
import { makeMetalFiles, metalMac, panicOf } from "./metal.ts";

const home = mkdtempSync(join(tmpdir(), "lab-metal-"));
afterAll(() => rmSync(home, { recursive: true }));
const folders = { home, cache: join(home, "cache") };

describe("a blank machine", () => {
  test("has as many empty disks as asked for, and one hardware address for good", async () => {
    const metal = { firmware: "bios" as const, mac: metalMac("site", "m1"), disks: 3 };
    const machine = { name: "m1", kind: "metal" as const, address: "10.99.0.221", metal };
    const record = {
      version: 1 as const,
      name: "site",
      subnet: "10.99.0.0/24",
      base: "b",
      machines: [machine],
    };
    await makeMetalFiles(folders, record, machine);
    const folder = machineDirectory(folders, "site", "m1");
    expect(readdirSync(folder).toSorted()).toEqual(["disk1.img", "disk2.img", "disk3.img", "faults"]);
    expect(statSync(join(folder, "disk1.img"))).toMatchObject({ size: 20 * 2 ** 30, blocks: 0 });
    expect(metalMac("site", "m1")).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
    expect(metalMac("site", "m1")).not.toBe(metalMac("site", "m2"));
  });

  test("tells of a kernel panic of its present boot only", () => {
    const folder = machineDirectory(folders, "site", "m9");
    mkdirSync(folder, { recursive: true });
    const panic = "[ 1.0] Kernel panic - not syncing: Fatal exception\r\n";
    const log = join(folder, "serial.log");
    expect(panicOf(folders, "site", "m9")).toBeUndefined();
    writeFileSync(log, `=== power on === 1\r\n${panic}`);
    expect(panicOf(folders, "site", "m9")).toBe("Kernel panic - not syncing: Fatal exception");
    writeFileSync(log, `=== power on === 1\r\n${panic}=== power on === 2\r\nLinux version\r\n`);
    expect(panicOf(folders, "site", "m9")).toBeUndefined();
  });
});
