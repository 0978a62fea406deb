import { SlipwayError } from "../contract/errors/index.ts";
import { COMPRESS_SECONDS_PER_BYTE, estimate, type Estimate } from "../core/bundle/components/estimate.ts";
import { fileSourcesOf, orderSources } from "../core/bundle/components/preference.ts";
import { type Release, resolveRelease } from "../core/bundle/components/release.ts";
import type { BuildTarget, BundleBuilders, Cost, FilesBuilder } from "../core/ports/builders.ts";
import { type Job, makeComponent, type MadeComponent } from "./bundle-build/component.ts";
import { componentKey, sourceCosts } from "./bundle-build/identity.ts";
import { publishRelease } from "./bundle-build/publish.ts";
import type { BuildReport, BuildRequest, ComponentReport } from "./bundle-build/types.ts";

export type { BuildEvent, BuildReport, BuildRequest } from "./bundle-build/types.ts";

/** The compiled packages of two releases take 13 GB; less would make the next build start from nothing. */
const DEFAULT_CACHE_LIMIT = 24e9;
/** Room left free beyond the estimate, so that the machine itself can go on. */
const SPARE_DISK = 2e9;

/**
 * Builds a release into a store. Tells what it will take before it starts; every finished component is in the cache, so
 * a build that was killed goes on where it was; equal recipes and locks give an equal index digest on every machine.
 * Rejects with the build area's errors; whatever was finished stays.
 */
export const buildRelease = async (builders: BundleBuilders, request: BuildRequest): Promise<BuildReport> => {
  const startedAt = builders.now();
  await builders.cache.tidy();
  const releases = await loadReleases(builders, request);
  const jobs = releases.flatMap((release) => jobsOf(release, request));
  const expected = await announce(builders, { jobs, request });
  request.onEvent({ kind: "planned", estimate: expected, total: jobs.length });
  await requireDisk(builders, expected);
  const { made, reports } = await runJobs(builders, { jobs, request });
  const [first] = releases;
  if (first === undefined) throw SlipwayError.of("USAGE", { problem: "no architecture was named" });
  const published = await publishRelease({
    builders,
    store: request.store,
    release: first.name,
    version: first.version,
    created: first.created,
    architectures: request.architectures,
    made,
    by: request.by,
    signal: request.signal,
  });
  await builders.cache.prune(request.cacheLimitBytes ?? DEFAULT_CACHE_LIMIT);
  return {
    release: first.name,
    version: first.version,
    architectures: request.architectures,
    ...published,
    seconds: (builders.now() - startedAt) / 1000,
    estimate: expected,
    components: reports,
  };
};

const loadReleases = async (builders: BundleBuilders, request: BuildRequest): Promise<readonly Release[]> => {
  const file = await builders.recipes.components();
  const release = await builders.recipes.release(request.release);
  return request.architectures.map((architecture) =>
    resolveRelease(file, release, { architecture, only: request.only, with: request.with }),
  );
};

const jobsOf = (release: Release, request: BuildRequest): readonly Job[] =>
  release.components.map((component) => ({
    component,
    architecture: release.architecture,
    created: release.created,
    sources: orderSources(component.sources, request.prefer),
  }));

/** Finds out what is cached and what the rest costs, and tells the builders what they will be asked for. */
const announce = async (
  builders: BundleBuilders,
  { jobs, request }: { jobs: readonly Job[]; request: BuildRequest },
): Promise<Estimate> => {
  const costs = new Map<string, Cost>();
  let cached = 0;
  const pending: Job[] = [];
  for (const job of jobs) {
    const target: BuildTarget = {
      architecture: job.architecture,
      signal: request.signal,
      onLine: () => undefined,
    };
    const [source] = job.sources;
    if (source === undefined) continue;
    try {
      const key = await componentKey(builders, {
        component: job.component,
        source,
        created: job.created,
        target,
      });
      if ((await builders.cache.find(key)) !== undefined) {
        cached += 1;
        continue;
      }
      for (const [at, cost] of (await sourceCosts(builders, source, target)).entries()) {
        costs.set(
          `${job.architecture} ${JSON.stringify(source.kind === "build" ? source.layers[at]?.from : source)}`,
          cost,
        );
      }
    } catch (thrown) {
      // What a source that is not usable yet costs cannot be known; making the component will say why.
      if (!(thrown instanceof SlipwayError) || thrown.code === "CANCELLED") throw thrown;
    }
    pending.push(job);
  }
  for (const kind of ["go", "apt", "url", "npm", "maven", "pypi", "file", "node-os", "installer"] as const) {
    const builder = builders.files[kind] as FilesBuilder;
    builder.announce?.(
      pending.flatMap(({ sources: [source] }) =>
        source === undefined ? [] : fileSourcesOf(source).filter((part) => part.kind === kind),
      ),
    );
  }
  const packing = {
    cpuSeconds: pending.length * 30e6 * COMPRESS_SECONDS_PER_BYTE,
    downloadBytes: 0,
    diskBytes: pending.length * 12e6,
  };
  return estimate({
    costs: [...costs.values(), packing],
    cores: builders.cores,
    cached,
    toBuild: pending.length,
  });
};

const requireDisk = async (builders: BundleBuilders, expected: Estimate): Promise<void> => {
  const free = await builders.cache.freeBytes();
  const needed = expected.diskBytes + SPARE_DISK;
  if (expected.toBuild === 0 || free >= needed) return;
  throw SlipwayError.of("BUILD_DISK_SPACE", {
    needed: `${(needed / 1e9).toFixed(1)} GB`,
    free: `${(free / 1e9).toFixed(1)} GB`,
    folder: "the cache folder",
  });
};

/** Works on several components at once; the first failure lets the running ones stop and is then raised. */
const runJobs = async (
  builders: BundleBuilders,
  { jobs, request }: { jobs: readonly Job[]; request: BuildRequest },
): Promise<{ made: readonly MadeComponent[]; reports: readonly ComponentReport[] }> => {
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const made: (MadeComponent | undefined)[] = jobs.map(() => undefined);
  const reports: (ComponentReport | undefined)[] = jobs.map(() => undefined);
  let next = 0;
  let done = 0;
  let failure: { thrown: unknown } | undefined;
  const one = async (at: number, job: Job): Promise<void> => {
    const startedAt = builders.now();
    const seconds = (): number => (builders.now() - startedAt) / 1000;
    const component = job.component.name;
    const end = (outcome: "built" | "cached" | "failed", bytes: number): void => {
      done += 1;
      request.onEvent({
        kind: "ended",
        component,
        outcome,
        seconds: seconds(),
        bytes,
        done,
        total: jobs.length,
      });
    };
    try {
      const result = await makeComponent(job, { builders, signal, onEvent: request.onEvent });
      made[at] = result;
      reports[at] = reportOf(result, seconds());
      end(result.cached ? "cached" : "built", result.result.bytes);
    } catch (thrown) {
      failure ??= { thrown };
      stop.abort();
      end("failed", 0);
    }
  };
  const worker = async (): Promise<void> => {
    for (let at = next++; at < jobs.length && !signal.aborted; at = next++) {
      const job = jobs[at];
      if (job !== undefined) await one(at, job);
    }
  };
  // One component is packed at a time; the others keep the compilers busy meanwhile.
  const width = Math.max(1, request.parallel ?? Math.min(4, builders.cores + 1));
  await Promise.all(Array.from({ length: width }, worker));
  if (request.signal.aborted) throw SlipwayError.of("CANCELLED", {});
  if (failure !== undefined) throw failure.thrown;
  return {
    made: made.filter((entry) => entry !== undefined),
    reports: reports.filter((entry) => entry !== undefined),
  };
};

const reportOf = ({ job, result, cached, skipped }: MadeComponent, seconds: number): ComponentReport => ({
  component: job.component.name,
  version: job.component.version,
  architecture: job.architecture,
  manifest: result.manifest.digest,
  bytes: result.bytes,
  seconds,
  cached,
  origin: result.origin,
  skipped,
});
