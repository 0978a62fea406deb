import { readFileSync } from "node:fs";
import type { Mac } from "../../core/netboot/mac.ts";

/** The kernel's table of neighbours (arp(7)), by address; empty where there is none. */
export const neighbours = (): ReadonlyMap<string, Mac> => {
  try {
    // The thread's own: a test may be in another network than the rest of its process.
    return parseNeighbours(readFileSync("/proc/thread-self/net/arp", "latin1"));
  } catch {
    return new Map();
  }
};

/** Reads the table's text; entries that are not complete are left out. */
export const parseNeighbours = (text: string): ReadonlyMap<string, Mac> =>
  new Map(
    text.split("\n").flatMap((line) => {
      const [address = "", , flags = "0x0", mac = ""] = line.trim().split(/\s+/);
      return (Number.parseInt(flags, 16) & 2) !== 0 && mac !== "00:00:00:00:00:00"
        ? [[address, mac] as const]
        : [];
    }),
  );
