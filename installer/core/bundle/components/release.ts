import {
  Component,
  type Architecture,
  type ComponentsFile,
  type ReleaseFile,
} from "../../../contract/bundle/components.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";

/** One release for one architecture, every placeholder filled. */
export interface Release {
  readonly name: string;
  /** Version of its bundle: see versionOf. */
  readonly version: string;
  readonly architecture: Architecture;
  /** Seconds since the epoch that everything made for the release is dated with. */
  readonly created: number;
  readonly goToolchain: string;
  readonly components: readonly Component[];
}

/** What to select from the recipes. */
export interface ReleaseQuery {
  readonly architecture: Architecture;
  /** Only these components; unknown names are refused. */
  readonly only?: readonly string[] | undefined;
  /** Optional components wanted besides those that the release names; unknown names are refused. */
  readonly with?: readonly string[] | "all" | undefined;
}

/**
 * Fills a release's versions into the components and keeps those it holds. Rejects with BUILD_RECIPE_INVALID when a
 * placeholder has no value or two components would claim one name.
 */
export const resolveRelease = (file: ComponentsFile, release: ReleaseFile, query: ReleaseQuery): Release => {
  const values = { ...release.versions, arch: query.architecture, os: "linux" };
  const wanted = [
    ...release.with,
    ...(query.with === "all" ? [] : (query.with ?? [])),
    ...(query.only ?? []),
  ];
  const held = file.components.filter(
    ({ name, optional, architectures }) =>
      !release.without.includes(name) &&
      architectures.includes(query.architecture) &&
      (optional === undefined || query.with === "all" || wanted.includes(name)),
  );
  const components = held.map((component) => Component.parse(fill(component, values, component.name)));
  refuseDoubles(components);
  const only = query.only;
  if (only !== undefined) refuseUnknown(only, components);
  if (query.with !== undefined && query.with !== "all") refuseUnknown(query.with, components);
  return {
    name: release.release,
    version: versionOf(release),
    architecture: query.architecture,
    created: Math.floor(Date.parse(release.created) / 1000),
    goToolchain: file.go.toolchain,
    components: only === undefined ? components : components.filter(({ name }) => only.includes(name)),
  };
};

/**
 * Version of a release's bundle: that of the Kubernetes in it, so that bundles of two patch releases are told apart. A
 * release without Kubernetes has its own name.
 */
const versionOf = ({ release, versions }: ReleaseFile): string =>
  versions["kubernetes"]?.replace(/^v/, "") ?? release;

const fill = (value: unknown, values: Readonly<Record<string, string>>, component: string): unknown => {
  if (typeof value === "string") {
    return value.replaceAll(/\{([a-z][A-Za-z]*)\}/g, (whole, name: string) => {
      const found = Object.hasOwn(values, name) ? values[name] : undefined;
      if (found === undefined) throw invalid(`${component} uses ${whole}, which the release does not set`);
      return found;
    });
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, values, component));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      // Globs of a layer recipe use braces of their own.
      key === "include" || key === "exclude" || key === "concat" ? member : fill(member, values, component),
    ]),
  );
};

const refuseDoubles = (components: readonly Component[]): void => {
  const owners = new Map<string, string>();
  for (const component of components) {
    const names = [
      component.name,
      ...(component.kind === "image" ? [component.image.name, ...component.image.also] : []),
    ];
    for (const name of names) {
      const owner = owners.get(name);
      if (owner !== undefined) throw invalid(`${name} is claimed by ${owner} and by ${component.name}`);
      owners.set(name, component.name);
    }
  }
};

const refuseUnknown = (names: readonly string[], components: readonly Component[]): void => {
  const known = components.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw SlipwayError.of("BUILD_UNKNOWN_NAME", {
      what: "component",
      name: unknown,
      known: known.join(", "),
    });
  }
};

const invalid = (problem: string): SlipwayError =>
  SlipwayError.of("BUILD_RECIPE_INVALID", { file: "components.yaml", count: 1, problem });
