import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { SlipwayError } from "../../contract/errors/index.ts";

/** What the operator named, as the engine finds it: it works in another folder and has no standard input of theirs. */
export interface Named {
  readonly locations: string[];
  readonly pipe?: string;
}

/** True for what is fetched and not opened. */
const isAddress = (location: string): boolean => /^https?:\/\//.test(location);

/** A path as the engine finds it. */
export const absolute = (path: string): string => resolve(path);

/**
 * Runs `work` with the locations; `-` is brought to the engine through a named pipe, so that the bytes do not go through
 * this process.
 */
export const withLocations = async <T>(
  given: readonly (string | undefined)[],
  work: (named: Named) => Promise<T>,
): Promise<T> => {
  const named = given.filter((part) => part !== undefined);
  if (named.length !== 1 || named[0] !== "-") {
    return work({ locations: named.map((part) => (isAddress(part) ? part : absolute(part))) });
  }
  const folder = await mkdtemp(join(tmpdir(), "slipway-pipe-"));
  const pipe = join(folder, "pipe");
  try {
    await promisify(execFile)("mkfifo", ["-m", "600", pipe]);
    const feeder = spawn("sh", ["-c", 'exec cat >"$1"', "sh", pipe], {
      stdio: ["inherit", "ignore", "ignore"],
    });
    try {
      return await work({ locations: ["-"], pipe });
    } finally {
      feeder.kill();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const factors: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** `4g`, `4480m`, `700000`. Throws USAGE. */
export const sizeOf = (written: string, option: string): number => {
  const match = /^(\d+)([kmgt]?)i?b?$/i.exec(written.trim());
  const factor = factors[(match?.[2] ?? "").toLowerCase()];
  if (match === null || factor === undefined) {
    throw SlipwayError.of("USAGE", { problem: `${option}: ${written} (4g, 4480m, 700000)` });
  }
  return Number(match[1]) * factor;
};

/** `a,b,c` in its parts. */
export const listOf = (written: string | undefined): string[] | undefined => {
  const parts = written?.split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()]));
  return parts === undefined || parts.length === 0 ? undefined : parts;
};

/** Architectures of an option. Throws USAGE. */
export const architecturesOf = (written: string | undefined): ("amd64" | "arm64")[] | undefined =>
  listOf(written)?.map((part) => {
    if (part === "amd64" || part === "arm64") return part;
    throw SlipwayError.of("USAGE", { problem: `--arch ${part}: amd64, arm64` });
  });
