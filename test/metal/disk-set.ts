import { CONTENTS, type Content } from "./contents.ts";

const GIB = 2 ** 30;

/** What is done to one generated machine. */
export type Wish =
  /** A blank disk is installed on. */
  | "install"
  /** A disk with content is named, and nobody agreed. */
  | "refuse"
  /** The operator typed the serial number; afterwards the disk is restored. */
  | "agree"
  /** The plan names one disk and the serial number of another. */
  | "swapped";

/** A generated machine. Equal seeds give equal machines. */
export interface DiskSet {
  readonly seed: number;
  readonly wish: Wish;
  /** The first is the one that the wish is about. */
  readonly disks: readonly {
    readonly content: Content | "blank";
    readonly sizeBytes: number;
    readonly serial: string;
  }[];
}

/** mulberry32: small, and the same on every machine. */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const pick = <T>(next: () => number, from: readonly T[]): T => {
  const picked = from[Math.floor(next() * from.length)];
  if (picked === undefined) throw new Error("nothing to pick from");
  return picked;
};

/** The machine of a seed: two to four disks, all but a blank target with content of some kind. */
export const diskSet = (seed: number): DiskSet => {
  const next = random(seed);
  const wish = pick<Wish>(next, [
    "install",
    "install",
    "refuse",
    "refuse",
    "refuse",
    "agree",
    "agree",
    "swapped",
  ]);
  const count = 2 + Math.floor(next() * 3);
  const disks = Array.from({ length: count }, (_, at) => ({
    content:
      at === 0 && (wish === "install" || wish === "swapped") ? ("blank" as const) : pick(next, CONTENTS),
    sizeBytes: pick(next, [7.5 * GIB, 8 * GIB, 9 * GIB + 512 * 3]),
    serial: `S${seed}-${at}`,
  }));
  return { seed, wish, disks };
};
