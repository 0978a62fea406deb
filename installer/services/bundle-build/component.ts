import type { Architecture, Component } from "../../contract/bundle/components.ts";
import type { Source } from "../../contract/bundle/sources.ts";
import { isCode, SlipwayError, toWire, type WireError } from "../../contract/errors/index.ts";
import { text } from "../../contract/text.ts";
import { describeSource, fileSourcesOf } from "../../core/bundle/components/preference.ts";
import type { BuildTarget, BundleBuilders, CachedComponent } from "../../core/ports/builders.ts";
import { assemble } from "./assemble.ts";
import { componentKey } from "./identity.ts";
import type { BuildEvent } from "./types.ts";

/** One component for one architecture, with its sources in the order to try them. */
export interface Job {
  readonly component: Component;
  readonly architecture: Architecture;
  readonly created: number;
  readonly sources: readonly Source[];
}

/** A component as it was made, and how. */
export interface MadeComponent {
  readonly job: Job;
  readonly result: CachedComponent;
  readonly cached: boolean;
  readonly skipped: readonly { readonly source: string; readonly error: WireError }[];
}

/** Failures after which the next source is tried: this one cannot be had, which says nothing about the others. */
const passable = [
  "BUILD_SOURCE_UNREACHABLE",
  "BUILD_TOOL_MISSING",
  "BUILD_PACKAGE_GONE",
  "BUILD_NOT_LOCKED",
] as const;

/** Effects a component needs. */
export interface JobContext {
  readonly builders: BundleBuilders;
  readonly signal: AbortSignal;
  readonly onEvent: (event: BuildEvent) => void;
}

/**
 * Makes a component from the first source that can be had. A source left out is noted. Rejects with the error of its
 * only source, or with BUILD_NO_SOURCE when several failed; errors that are not about reach end it at once.
 */
export const makeComponent = async (job: Job, context: JobContext): Promise<MadeComponent> => {
  const skipped: { source: string; error: WireError }[] = [];
  const target: BuildTarget = {
    architecture: job.architecture,
    signal: context.signal,
    onLine: (line) => context.onEvent({ kind: "line", component: job.component.name, text: line }),
  };
  let last: unknown;
  for (const source of job.sources) {
    const name = describeSource(source);
    try {
      const { result, cached } = await makeFrom(source, { job, context, target });
      return { job, result, cached, skipped };
    } catch (thrown) {
      if (!passable.some((code) => isCode(thrown, code))) throw thrown;
      last = thrown;
      const error = toWire(thrown);
      skipped.push({ source: name, error });
      context.onEvent({
        kind: "note",
        component: job.component.name,
        text: text(`${name} was left out`, `已跳过 ${name}`),
        error,
      });
    }
  }
  if (job.sources.length === 1) throw last;
  throw SlipwayError.of(
    "BUILD_NO_SOURCE",
    { component: job.component.name, count: job.sources.length },
    {
      cause: last,
      detail: skipped
        .map(({ source, error }) => `${source}: ${error.code} ${JSON.stringify(error.params)}`)
        .join("\n"),
    },
  );
};

const makeFrom = async (
  source: Source,
  { job, context, target }: { job: Job; context: JobContext; target: BuildTarget },
): Promise<{ result: CachedComponent; cached: boolean }> => {
  const { builders } = context;
  const { component, created } = job;
  await lockFirst(source, { context, target });
  const key = await componentKey(builders, { component, source, created, target });
  const known = await builders.cache.find(key);
  if (known !== undefined) return { result: known, cached: true };
  context.onEvent({
    kind: "begun",
    component: component.name,
    architecture: job.architecture,
    source: describeSource(source),
  });
  const result = await assemble({ builders, component, source, created, target });
  await builders.cache.keep(key, result);
  return { result, cached: false };
};

/** Sources whose content is locked on purpose only, or is this repository's own. */
const ALWAYS_LOCKED: ReadonlySet<Source["kind"]> = new Set(["apt", "go", "file", "node-os", "installer"]);

/**
 * Content that somebody else publishes is recorded by the machine that first sees it; from then on it may not change.
 * Sets of Debian packages are locked on purpose only, since resolving them anew would change what is built.
 */
const lockFirst = async (
  source: Source,
  { context, target }: { context: JobContext; target: BuildTarget },
): Promise<void> => {
  const { recipes, resolver } = context.builders;
  const unlocked = source.kind === "oci" ? [source] : fileSourcesOf(source);
  for (const part of unlocked) {
    if (ALWAYS_LOCKED.has(part.kind)) continue;
    const lock = await recipes.lock();
    if (isLocked(lock, part, target.architecture)) continue;
    await recipes.saveLock(await resolver.resolve(part, lock, target));
  }
};

type Lock = Awaited<ReturnType<BundleBuilders["recipes"]["lock"]>>;

const isLocked = (lock: Lock, source: Source, architecture: Architecture): boolean => {
  switch (source.kind) {
    case "oci":
      return lock.oci[source.reference]?.[architecture] !== undefined;
    case "url":
      return lock.files[`url:${source.url}`]?.[architecture] !== undefined;
    case "npm":
      return lock.files[`npm:${source.package}@${source.version}`]?.[architecture] !== undefined;
    case "maven":
      return lock.files[`maven:${source.coordinates}`]?.[architecture] !== undefined;
    case "pypi":
      return lock.files[`pypi:${source.package}==${source.version}`]?.[architecture] !== undefined;
    case "apt":
    case "go":
    case "file":
    case "node-os":
    case "installer":
    case "build":
      return true;
  }
};
