import type { AptSource, Source } from "../../../contract/bundle/sources.ts";

/** What an operator asked for: build here, or take what upstream publishes. Absent: the recipe's own order. */
export type Preference = "source" | "upstream";

const upstreamKinds: ReadonlySet<Source["kind"]> = new Set(["oci", "url", "npm", "maven", "pypi"]);

/** True for what somebody else has built. */
export const isUpstream = (source: Source): boolean => upstreamKinds.has(source.kind);

/** The sources in the order in which to try them. Never drops one: a preference is not a prohibition. */
export const orderSources = (
  sources: readonly Source[],
  preference: Preference | undefined,
): readonly Source[] => {
  if (preference === undefined) return sources;
  const first = sources.filter((source) => isUpstream(source) === (preference === "upstream"));
  return [...first, ...sources.filter((source) => !first.includes(source))];
};

/** A source in one short line, for progress and reports. */
export const describeSource = (source: Source): string => {
  switch (source.kind) {
    case "go":
      return `Go modules of images/go/${source.group} (${source.binaries.join(", ")})`;
    case "apt":
      return `Debian packages of images/apt/${source.set}.yaml`;
    case "oci":
      return `image ${source.reference}`;
    case "url":
      return source.url;
    case "npm":
      return `npm package ${source.package}@${source.version}`;
    case "maven":
      return `Maven artefact ${source.coordinates}`;
    case "pypi":
      return `Python package ${source.package}==${source.version}`;
    case "file":
      return `images/${source.path}`;
    case "node-os":
    case "installer":
      return `images/${source.path} (${source.variant})`;
    case "build":
      return `layers of ${source.layers.flatMap(({ from }) => (from === undefined ? [] : [describeSource(from)])).join("; ")}`;
  }
};

/** The sources of files that a source is made from: itself, or those of its layers. */
export const fileSourcesOf = (source: Source): readonly Exclude<Source, { kind: "build" | "oci" }>[] => {
  if (source.kind === "build") return source.layers.flatMap(({ from }) => (from === undefined ? [] : [from]));
  return source.kind === "oci" ? [] : [source];
};

/** The sets of Debian packages that a source is made from. */
export const aptSourcesOf = (source: Source): readonly AptSource[] =>
  fileSourcesOf(source).flatMap((part) => {
    if (part.kind === "apt") return [part];
    if (part.kind === "installer") {
      return [part.system, part.kernel, part.tools].map((set) => ({ kind: "apt", set }));
    }
    if (part.kind !== "node-os") return [];
    const { system, kernel, firmware, loaders, tools } = part;
    return [system, kernel, firmware, loaders, tools].flatMap((set) =>
      set === undefined ? [] : [{ kind: "apt" as const, set }],
    );
  });
