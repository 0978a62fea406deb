import type { Architecture } from "../contract/bundle/components.ts";
import type { ComponentsLock } from "../contract/bundle/lock.ts";
import type { FilesSource, OciSource } from "../contract/bundle/sources.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { aptSourcesOf, fileSourcesOf } from "../core/bundle/components/preference.ts";
import { resolveRelease } from "../core/bundle/components/release.ts";
import type { BundleBuilders } from "../core/ports/builders.ts";

/** What to resolve anew: names of components, of sets in images/apt, or of images; "all" stands for everything. */
export interface LockRequest {
  readonly names: readonly string[];
  readonly architectures: readonly Architecture[];
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** One entry that is another after an update. */
export interface LockChange {
  readonly name: string;
  readonly architecture: Architecture;
  readonly before: string;
  readonly after: string;
}

/**
 * Resolves names against their archives and registries and rewrites components.lock. Gives what changed, so that an
 * operator can look at it before building. Rejects with BUILD_UNKNOWN_NAME, and writes nothing when anything fails.
 */
export const updateLock = async (
  builders: BundleBuilders,
  request: LockRequest,
): Promise<readonly LockChange[]> => {
  const before = await builders.recipes.lock();
  let after = before;
  for (const architecture of request.architectures) {
    const sources = await lockable(builders, architecture);
    for (const source of select(sources, request.names)) {
      const target = { architecture, signal: request.signal, onLine: request.onLine };
      request.onLine(`resolving ${source.name} for ${architecture}`);
      after = await builders.resolver.resolve(source.source, after, target);
    }
  }
  await builders.recipes.saveLock(after);
  return changes(before, after);
};

interface NamedSource {
  readonly name: string;
  readonly component: string;
  readonly source: FilesSource | OciSource;
}

/** Every source of every release that has an entry in the lock, each once. */
const lockable = async (
  builders: BundleBuilders,
  architecture: Architecture,
): Promise<readonly NamedSource[]> => {
  const file = await builders.recipes.components();
  const found = new Map<string, NamedSource>();
  for (const name of await builders.recipes.releases()) {
    const { components } = resolveRelease(file, await builders.recipes.release(name), {
      architecture,
      with: "all",
    });
    for (const component of components) {
      for (const source of component.sources) {
        for (const part of source.kind === "oci"
          ? [source]
          : [...fileSourcesOf(source), ...aptSourcesOf(source)]) {
          const entry = nameOf(part);
          if (entry !== undefined)
            found.set(`${component.name} ${entry}`, { name: entry, component: component.name, source: part });
        }
      }
    }
  }
  return [...found.values()];
};

const nameOf = (source: FilesSource | OciSource): string | undefined => {
  switch (source.kind) {
    case "apt":
      return source.set;
    case "oci":
      return source.reference;
    case "url":
      return source.url;
    case "npm":
    case "pypi":
      return source.package;
    case "maven":
      return source.coordinates;
    case "go":
    case "file":
    case "node-os":
    case "installer":
      return undefined;
  }
};

/** Sources by any of their names. "all" takes the Debian sets only: content of others is recorded when it is first used. */
const select = (sources: readonly NamedSource[], names: readonly string[]): readonly NamedSource[] => {
  for (const name of names) {
    if (name === "all" || sources.some((entry) => entry.name === name || entry.component === name)) continue;
    const known = [...new Set(sources.map((entry) => entry.name))].join(", ");
    throw SlipwayError.of("BUILD_UNKNOWN_NAME", { what: "entry of the lock", name, known });
  }
  const chosen = sources.filter(
    ({ name, component, source }) =>
      names.includes(name) || names.includes(component) || (names.includes("all") && source.kind === "apt"),
  );
  return [...new Map(chosen.map((entry) => [entry.name, entry])).values()];
};

const changes = (before: ComponentsLock, after: ComponentsLock): readonly LockChange[] => {
  const old = flatten(before);
  return [...flatten(after)].flatMap(([key, entry]) => {
    const was = old.get(key);
    return was?.value === entry.value
      ? []
      : [
          {
            name: entry.name,
            architecture: entry.architecture,
            before: was?.value ?? "",
            after: entry.value,
          },
        ];
  });
};

interface FlatEntry {
  readonly name: string;
  readonly architecture: Architecture;
  readonly value: string;
}

const flatten = (lock: ComponentsLock): ReadonlyMap<string, FlatEntry> => {
  const entries: FlatEntry[] = [];
  const add = (name: string, architecture: string, value: string): void => {
    entries.push({ name, architecture: architecture as Architecture, value });
  };
  for (const [set, byArchitecture] of Object.entries(lock.apt)) {
    for (const [architecture, packages] of Object.entries(byArchitecture)) {
      for (const { name, version, sha256 } of packages)
        add(`${set}/${name}`, architecture, `${version} ${sha256}`);
    }
  }
  for (const [name, byArchitecture] of Object.entries(lock.oci)) {
    for (const [architecture, digest] of Object.entries(byArchitecture)) add(name, architecture, digest);
  }
  for (const [name, byArchitecture] of Object.entries(lock.files)) {
    for (const [architecture, { integrity }] of Object.entries(byArchitecture))
      add(name, architecture, integrity);
  }
  return new Map(entries.map((entry) => [`${entry.architecture} ${entry.name}`, entry]));
};
