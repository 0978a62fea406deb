import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MetalDisk, MetalFacts } from "../../contract/metal/facts.ts";
import { SlipwayError } from "../contract.ts";
import { agreementWord, chooseDisk, type ChosenDisk } from "./choose-disk.ts";
import { foreignHoldings } from "./foreign.ts";

const GIB = 2 ** 30;

const disk = (over: Partial<MetalDisk> = {}): MetalDisk => ({
  name: "sda",
  serial: "S1",
  wwn: "0x5000c5001",
  model: "Fast",
  byPath: "pci-0000:00:03.0-ata-1",
  sizeBytes: 100 * GIB,
  rotational: false,
  removable: false,
  readOnly: false,
  tableType: "",
  tableId: "",
  claim: "",
  signatures: [],
  ...over,
});

const signature = (over: Partial<MetalDisk["signatures"][number]> = {}) => ({
  device: "sda1",
  offset: 2 ** 20,
  type: "ext4",
  usage: "filesystem",
  label: "home",
  uuid: "",
  sizeBytes: 90 * GIB,
  lastMount: "/home",
  ...over,
});

const factsOf = (...disks: readonly MetalDisk[]): MetalFacts => ({
  ...{ serial: "m1", uuid: "", vendor: "", product: "", firmware: "uefi", secureBoot: false },
  ...{ architecture: "x86_64", cpus: 2, memoryBytes: GIB, nics: [], disks: [...disks] },
});

const wish = { machine: "n1", selector: { serial: "S1" }, job: "j1" } as const;

describe("the disk to install on", () => {
  test("is found by serial, wwn, by-path or a rule that fits one disk only", () => {
    const other = disk({ name: "sdb", serial: "S2", wwn: "w2", byPath: "p2", sizeBytes: 2000 * GIB });
    const facts = factsOf(disk(), other);
    const named = [{ serial: "S2" }, { wwn: "W2" }, { byPath: "p2" }, { minimumBytes: 1000 * GIB }] as const;
    for (const selector of named) expect(chooseDisk(facts, { ...wish, selector }).disk).toBe(other);
  });

  test("is not guessed when a name or a rule fits two", () => {
    const twins = factsOf(disk(), disk({ name: "sdb" }));
    for (const selector of [{ serial: "S1" }, { minimumBytes: GIB }]) {
      expect(() => chooseDisk(twins, { ...wish, selector })).toThrow(
        expect.objectContaining({ code: "DISK_AMBIGUOUS", params: expect.objectContaining({ count: 2 }) }),
      );
    }
  });

  test("is never a stick by a size rule, nor a disk that cannot be written", () => {
    const rule = { ...wish, selector: { minimumBytes: GIB } };
    for (const unfit of [disk({ removable: true }), disk({ readOnly: true })]) {
      expect(() => chooseDisk(factsOf(unfit), rule)).toThrow(
        expect.objectContaining({ code: "DISK_NOT_FOUND" }),
      );
    }
  });

  test("must be large enough", () => {
    expect(() => chooseDisk(factsOf(disk({ sizeBytes: 6 * GIB })), wish)).toThrow(
      expect.objectContaining({ code: "DISK_TOO_SMALL" }),
    );
  });

  test("that holds data is refused, and what it holds is named", () => {
    const full = disk({
      signatures: [signature({ usage: "partition", type: "8300", label: "Home" }), signature()],
    });
    expect(() => chooseDisk(factsOf(full), wish)).toThrow(
      expect.objectContaining({
        code: "DISK_FOREIGN",
        params: expect.objectContaining({ holds: 'ext4 "home" on sda1 (90 GiB, last mounted on /home)' }),
      }),
    );
  });

  test("that holds data is given up only by the serial number of that very disk", () => {
    const full = disk({ signatures: [signature()] });
    for (const agreed of ["", "S2", "yes", "s1"]) {
      expect(() => chooseDisk(factsOf(full), { ...wish, agreed })).toThrow(
        expect.objectContaining({ code: "DISK_FOREIGN" }),
      );
    }
    expect(chooseDisk(factsOf(full), { ...wish, agreed: "S1" }).foreign).toBe("agreed");
  });

  test("without any name of its own cannot be given up at all", () => {
    const nameless = disk({ serial: "", wwn: "", byPath: "", signatures: [signature()] });
    const any = { ...wish, selector: { minimumBytes: GIB }, agreed: "" };
    expect(() => chooseDisk(factsOf(nameless), any)).toThrow(
      expect.objectContaining({ code: "DISK_FOREIGN" }),
    );
  });
});

describe("what a disk holds", () => {
  const table = signature({ device: "sda", type: "gpt", usage: "partition-table", label: "" });
  const made = signature({ usage: "partition", type: "linux", label: "slipway-data" });
  const half = disk({ claim: "j1", signatures: [table, made, signature({ label: "slipway-data" })] });

  test("is nothing when there is only an empty partition table", () => {
    expect(foreignHoldings(disk({ signatures: [table] }), "j1")).toEqual([]);
  });

  test("is nothing when the same job was interrupted while writing it", () => {
    expect(foreignHoldings(half, "j1")).toEqual([]);
    const torn = signature({ device: "sda", type: "unknown-data", usage: "data" });
    expect(foreignHoldings({ ...half, signatures: [torn] }, "j1")).toEqual([]);
  });

  test("is a node when another job has installed it, even if its table is gone", () => {
    expect(foreignHoldings({ ...half, signatures: [] }, "j2")).toEqual([
      expect.objectContaining({ type: "slipway-node", label: "j1" }),
    ]);
  });

  test("is somebody's when a partition that is not Slipway's stands on a claimed disk", () => {
    const moved = signature({ device: "sda6", usage: "partition", label: "photos" });
    expect(foreignHoldings({ ...half, signatures: [...half.signatures, moved] }, "j1")).toEqual([moved]);
  });
});

const attempt = (work: () => ChosenDisk): ChosenDisk | { readonly code: string } => {
  try {
    return work();
  } catch (error) {
    if (error instanceof SlipwayError) return { code: error.code };
    throw error;
  }
};

describe("over any set of disks", () => {
  const word = fc.constantFrom("", "A", "B", "C");
  const held = fc
    .record({ type: fc.constantFrom("ext4", "gpt", "LVM2_member", "unknown-data"), device: word })
    .map((over) => signature(over));
  const anyDisk = fc
    .record({
      serial: word,
      wwn: word,
      byPath: word,
      sizeBytes: fc.constantFrom(GIB, 8 * GIB, 100 * GIB),
      removable: fc.boolean(),
      readOnly: fc.boolean(),
      claim: fc.constantFrom("", "j1", "j2"),
      signatures: fc.array(held, { maxLength: 3 }),
    })
    .map((over) => disk(over));
  const selector = fc.oneof(
    ...["A", "B", "C"].flatMap((name) => [
      fc.constant({ serial: name }),
      fc.constant({ wwn: name }),
      fc.constant({ byPath: name }),
    ]),
    fc.constant({ minimumBytes: 2 * GIB }),
  );

  test("a disk that holds something is chosen only by the word that names it", () => {
    const rule = fc.property(fc.array(anyDisk, { maxLength: 5 }), selector, word, (disks, by, agreed) => {
      const facts = factsOf(...disks);
      const outcome = attempt(() => chooseDisk(facts, { machine: "m", selector: by, job: "j1", agreed }));
      if (!("disk" in outcome)) return outcome.code.startsWith("DISK_");
      const loses = foreignHoldings(outcome.disk, "j1").length > 0;
      const asked = agreed !== "" && agreed === agreementWord(outcome.disk);
      return !outcome.disk.readOnly && outcome.foreign === (loses ? "agreed" : "refuse") && (!loses || asked);
    });
    expect(fc.check(rule, { numRuns: 500 })).toMatchObject({ failed: false, counterexample: null });
  });
});
