import type { Component } from "../../contract/bundle/components.ts";
import type { FilesSource, Source } from "../../contract/bundle/sources.ts";
import { canonicalJson } from "../../core/bundle/canonical.ts";
import { DESCRIBING_CODE } from "../../core/bundle/components/code-digests.ts";
import type { BuildTarget, BundleBuilders, Cost, FilesBuilder } from "../../core/ports/builders.ts";

/** The builder for a source's kind; the one place where a kind meets its builder. */
export const builderFor = (builders: BundleBuilders, source: FilesSource): FilesBuilder =>
  builders.files[source.kind];

/** Names everything a component's bytes depend on. */
export const componentKey = async (
  builders: BundleBuilders,
  {
    component,
    source,
    created,
    target,
  }: { component: Component; source: Source; created: number; target: BuildTarget },
): Promise<string> => {
  const { sources: _sources, ...facts } = component;
  return canonicalJson({
    schema: "component/1",
    code: DESCRIBING_CODE,
    facts,
    created,
    architecture: target.architecture,
    compressor: builders.cache.blobs.compressor,
    source: await sourceIdentity(builders, source, target),
  });
};

/** Names everything a source's content depends on. */
export const sourceIdentity = async (
  builders: BundleBuilders,
  source: Source,
  target: BuildTarget,
): Promise<string> => {
  if (source.kind === "oci") return builders.images.identity(source, target);
  if (source.kind !== "build") return builderFor(builders, source).identity(source, target);
  const layers = await Promise.all(
    source.layers.map(async ({ from, ...shape }) => ({
      shape,
      from: from === undefined ? "" : await builderFor(builders, from).identity(from, target),
    })),
  );
  return canonicalJson(layers);
};

/** What a source would cost now. */
export const sourceCosts = async (
  builders: BundleBuilders,
  source: Source,
  target: BuildTarget,
): Promise<readonly Cost[]> => {
  if (source.kind === "oci") return [await builders.images.cost(source, target)];
  if (source.kind !== "build") return [await builderFor(builders, source).cost(source, target)];
  return Promise.all(
    source.layers.flatMap(({ from }) =>
      from === undefined ? [] : [builderFor(builders, from).cost(from, target)],
    ),
  );
};
