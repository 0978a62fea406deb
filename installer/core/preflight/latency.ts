import type { Space } from "../../contract/facts.ts";
import type { DiskLatency } from "../../contract/preflight.ts";
import { jsonOf, listOf, numberOf, recordOf } from "../inventory/numbers.ts";
import { lines } from "../inventory/sections.ts";

/** Folder of etcd's data, the same everywhere. */
export const etcdFolder = "/var/lib/etcd";

/** Fewer writes than this say nothing about a 99th percentile. */
const fewestSamples = 20;

type Figures = Pick<DiskLatency, "samples" | "p50Ms" | "p99Ms" | "maxMs">;

/** The value below which `share` of the sorted samples lie (nearest rank). */
const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;

const milliseconds = (microseconds: number): number => Math.round(microseconds) / 1000;

const fromSamples = (rows: readonly string[]): Figures | undefined => {
  const baseline = rows
    .filter((row) => row.startsWith("baseline "))
    .map((row) => numberOf(row.slice(9)) ?? 0)
    .toSorted((a, b) => a - b);
  const own = percentile(baseline, 0.5);
  const samples = rows
    .map(numberOf)
    .filter((value) => value !== undefined)
    .map((value) => Math.max(0, value - own))
    .toSorted((a, b) => a - b);
  if (samples.length < fewestSamples) return undefined;
  return {
    samples: samples.length,
    p50Ms: milliseconds(percentile(samples, 0.5)),
    p99Ms: milliseconds(percentile(samples, 0.99)),
    maxMs: milliseconds(samples.at(-1) ?? 0),
  };
};

/** fio 3 reports fdatasync under `sync.lat_ns`, percentiles by name with six decimals. */
const fromFio = (body: string): Figures | undefined => {
  const job = recordOf(listOf(recordOf(jsonOf(body.slice(body.indexOf("{"))))["jobs"])[0]);
  const latency = recordOf(recordOf(job["sync"])["lat_ns"]);
  const percentiles = recordOf(latency["percentile"]);
  const [p50, p99, max] = [percentiles["50.000000"], percentiles["99.000000"], latency["max"]].map(numberOf);
  const samples = numberOf(latency["N"]);
  if (p50 === undefined || p99 === undefined || max === undefined || samples === undefined) return undefined;
  return {
    samples,
    p50Ms: milliseconds(p50 / 1000),
    p99Ms: milliseconds(p99 / 1000),
    maxMs: milliseconds(max / 1000),
  };
};

/** The script's answer as figures, or undefined when there are too few writes to judge by. */
export const parseLatency = (
  output: string,
  { space, measuredAt }: { space: readonly Space[]; measuredAt: number },
): DiskLatency | undefined => {
  const [head = "", ...rest] = output.split("\n");
  const [method, path = ""] = head.split("\t");
  if (method !== "fio" && method !== "perl" && method !== "python3" && method !== "dd") return undefined;
  const figures = method === "fio" ? fromFio(rest.join("\n")) : fromSamples(lines(rest.join("\n")));
  if (figures === undefined) return undefined;
  const at = space.find((entry) => entry.path === etcdFolder);
  return { measuredAt, method, path, mount: at?.mount ?? "/", source: at?.source ?? "unknown", ...figures };
};
