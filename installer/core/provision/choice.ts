import type { MetalFacts } from "../../contract/metal/facts.ts";
import type { DiskSelector } from "../../contract/metal/disk.ts";
import { isCode } from "../contract.ts";
import { chooseDisk, type ChosenDisk } from "../metal/choose-disk.ts";

/** The only disk of a usual size, for specs that name none. */
const ANY_DISK: DiskSelector = { minimumBytes: 8_000_000_000 };

/**
 * The disk to install on, by the rules of disk safety. What the operator agreed to lose is tried word by word: a word for
 * another disk does not lead to this one.
 */
export const chosenDisk = (
  facts: MetalFacts,
  wish: {
    readonly machine: string;
    readonly selector: DiskSelector | undefined;
    readonly job: string;
    readonly agreed: readonly string[];
  },
): ChosenDisk => {
  const { machine, selector = ANY_DISK, job, agreed } = wish;
  for (const word of agreed) {
    try {
      return chooseDisk(facts, { machine, selector, job, agreed: word });
    } catch (error) {
      if (!isCode(error, "DISK_FOREIGN")) throw error;
    }
  }
  return chooseDisk(facts, { machine, selector, job });
};
