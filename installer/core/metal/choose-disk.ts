import { SlipwayError } from "../contract.ts";
import type { DiskSelector } from "../../contract/metal/disk.ts";
import type { MetalDisk, MetalFacts } from "../../contract/metal/facts.ts";
import { describeHoldings, foreignHoldings } from "./foreign.ts";
import { MINIMUM_DISK_BYTES } from "./layout.ts";
import { sizeText } from "./size-text.ts";

/** What a disk is asked for. */
export interface DiskWish {
  /** Name of the machine, for the errors. */
  readonly machine: string;
  readonly selector: DiskSelector;
  /** The job that writes; a disk that it has claimed before may be in any half-made state. */
  readonly job: string;
  /** What the operator typed to agree to the loss: the serial number of the disk (see {@link agreementWord}). */
  readonly agreed?: string | undefined;
}

/** A disk that may be written. `foreign` says whether the operator gave up data for it. */
export interface ChosenDisk {
  readonly disk: MetalDisk;
  readonly foreign: "refuse" | "agreed";
}

/**
 * The one disk that may be written. Throws DISK_NOT_FOUND, DISK_AMBIGUOUS, DISK_TOO_SMALL, or DISK_FOREIGN with what
 * would be lost. A name of another disk, or a word typed for another disk, never leads to this one.
 */
export const chooseDisk = (facts: MetalFacts, wish: DiskWish): ChosenDisk => {
  const disk = matchDisk(facts.disks, wish);
  const { machine } = wish;
  if (disk.sizeBytes < MINIMUM_DISK_BYTES) {
    throw SlipwayError.of("DISK_TOO_SMALL", {
      disk: disk.name,
      machine,
      has: sizeText(disk.sizeBytes),
      needs: sizeText(MINIMUM_DISK_BYTES),
    });
  }
  const holdings = foreignHoldings(disk, wish.job);
  if (holdings.length === 0) return { disk, foreign: "refuse" };
  const word = agreementWord(disk);
  if (word !== "" && wish.agreed === word) return { disk, foreign: "agreed" };
  throw SlipwayError.of("DISK_FOREIGN", { disk: diskText(disk), machine, holds: describeHoldings(holdings) });
};

/** What an operator types to give up what a disk holds: its serial number, or what names it when it has none. */
export const agreementWord = ({ serial, wwn, byPath }: MetalDisk): string => serial || wwn || byPath;

/** A disk as an operator finds it: the name of this boot and what is printed on its label. */
export const diskText = ({ name, serial, model, sizeBytes }: MetalDisk): string =>
  [name, model, serial === "" ? "" : `serial ${serial}`, sizeText(sizeBytes)].filter(Boolean).join(", ");

const matchDisk = (disks: readonly MetalDisk[], { machine, selector }: DiskWish): MetalDisk => {
  const wanted = selectorText(selector);
  const matching = disks.filter((disk) => !disk.readOnly && matches(disk, selector));
  const [only, ...more] = matching;
  if (only === undefined) {
    const named = disks.length === 0 ? "-" : disks.map(diskText).join("; ");
    throw SlipwayError.of("DISK_NOT_FOUND", { machine, wanted, disks: named });
  }
  if (more.length > 0) {
    throw SlipwayError.of("DISK_AMBIGUOUS", {
      count: matching.length,
      machine,
      wanted,
      disks: matching.map(diskText).join("; "),
    });
  }
  return only;
};

/** A size rule never means a stick or a card reader; a name does, if it names one. */
const matches = (disk: MetalDisk, selector: DiskSelector): boolean => {
  if ("serial" in selector) return disk.serial === selector.serial;
  if ("wwn" in selector) return disk.wwn.toLowerCase() === selector.wwn.toLowerCase();
  if ("byPath" in selector) return disk.byPath === selector.byPath;
  const { minimumBytes = 0, maximumBytes = Infinity, rotational = disk.rotational } = selector;
  return (
    !disk.removable &&
    disk.sizeBytes >= minimumBytes &&
    disk.sizeBytes <= maximumBytes &&
    disk.rotational === rotational
  );
};

const selectorText = (selector: DiskSelector): string => {
  if ("serial" in selector) return `serial ${selector.serial}`;
  if ("wwn" in selector) return `wwn ${selector.wwn}`;
  if ("byPath" in selector) return `by-path ${selector.byPath}`;
  const { minimumBytes, maximumBytes, rotational } = selector;
  return [
    minimumBytes === undefined ? "" : `>= ${sizeText(minimumBytes)}`,
    maximumBytes === undefined ? "" : `<= ${sizeText(maximumBytes)}`,
    rotational === undefined ? "" : rotational ? "rotational" : "not rotational",
  ]
    .filter(Boolean)
    .join(", ");
};
