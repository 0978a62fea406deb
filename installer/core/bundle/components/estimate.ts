import type { Cost } from "../../ports/builders.ts";

/** What a build is expected to take, told before it starts. */
export interface Estimate {
  /** Wall time on this machine, in seconds; honest to about a factor of one and a half. */
  readonly seconds: number;
  readonly downloadBytes: number;
  /** Needed in the cache folder at the peak, beyond what lies there already. */
  readonly diskBytes: number;
  /** Components that are taken from the cache. */
  readonly cached: number;
  readonly toBuild: number;
}

/** Costs and conditions of a build. */
export interface EstimateInput {
  readonly costs: readonly Cost[];
  readonly cores: number;
  readonly cached: number;
  readonly toBuild: number;
}

/**
 * Compilers and the compressor use all cores but for their serial ends, hence 0.9; a download is taken at 10 MB/s, a
 * slow office line, since the true rate is not known before.
 */
export const estimate = ({ costs, cores, cached, toBuild }: EstimateInput): Estimate => {
  const sum = (of: (cost: Cost) => number): number => costs.reduce((total, cost) => total + of(cost), 0);
  const downloadBytes = sum((cost) => cost.downloadBytes);
  return {
    seconds: Math.ceil(sum((cost) => cost.cpuSeconds) / Math.max(1, cores * 0.9) + downloadBytes / 10e6),
    downloadBytes,
    diskBytes: sum((cost) => cost.diskBytes),
    cached,
    toBuild,
  };
};

/** The compressor takes about this much CPU time for a byte, measured on Go programs: 0.14 s for a megabyte. */
export const COMPRESS_SECONDS_PER_BYTE = 0.14e-6;
