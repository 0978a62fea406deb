import type { Architecture, Component } from "../../contract/bundle/components.ts";
import type { BundleIndex } from "../../contract/bundle/index.ts";
import type { Descriptor, Digest } from "../../contract/bundle/manifest.ts";
import { ANNOTATION, OCI, SLIPWAY } from "../../contract/bundle/media-types.ts";
import { sbomManifest } from "../../core/bundle/components/documents.ts";
import { bundleSbom } from "../../core/bundle/components/spdx.ts";
import type { BundleBuilders } from "../../core/ports/builders.ts";
import type { LayoutWriter } from "../../core/ports/bundle.ts";
import type { MadeComponent } from "./component.ts";

/** A finished set of components to make visible as a bundle. */
export interface PublishRequest {
  readonly builders: BundleBuilders;
  readonly store: LayoutWriter;
  readonly release: string;
  /** Version of the bundle, such as 1.37.1. */
  readonly version: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly architectures: readonly Architecture[];
  readonly made: readonly MadeComponent[];
  readonly by: string;
  readonly signal: AbortSignal;
}

/** Copies what the store lacks, writes the bundle's SBOM and index, and publishes. */
export const publishRelease = async (
  request: PublishRequest,
): Promise<{ readonly index: Digest; readonly bytes: number; readonly blobs: number }> => {
  const { builders, store, made, signal } = request;
  for (const { job, result } of made) {
    for (const { digest, size } of result.blobs) {
      if (store === builders.cache.blobs || (await store.sizeOf(digest)) === size) continue;
      const source = { path: builders.cache.blobs.blobPath(digest) };
      await store.putBlob(source, { digest, size, component: job.component.name }, signal);
    }
  }
  const manifests = [...(await componentEntries(request)), await sbomEntry(request)];
  const created = isoTime(request.created);
  const index: BundleIndex = {
    schemaVersion: 2,
    mediaType: OCI.index,
    artifactType: SLIPWAY.bundle,
    manifests,
    annotations: {
      [ANNOTATION.bundleName]: "slipway",
      [ANNOTATION.bundleVersion]: request.version,
      [ANNOTATION.created]: created,
    },
  };
  const record = await store.publish(index, { by: request.by, source: `release ${request.release}` }, signal);
  return { index: record.index, bytes: record.bytes, blobs: record.blobs };
};

/** Entries of all components, in the order of the recipe; an image for several architectures is one nested index. */
const componentEntries = async (request: PublishRequest): Promise<Descriptor[]> => {
  const byName = Map.groupBy(request.made, ({ job }) => job.component.name);
  const entries: Descriptor[] = [];
  for (const [, variants] of byName) {
    entries.push(...(await imageEntries(request, variants)));
    for (const { job, result } of variants) {
      if (job.component.kind !== "image") {
        entries.push(
          annotated(result.manifest, {
            made: { job, result },
            kind: artefactKind(job.component.kind),
            more: {},
          }),
        );
      }
      entries.push(annotated(result.sbom, { made: { job, result }, kind: "sbom", more: {} }));
    }
  }
  return entries;
};

const artefactKind = (kind: Exclude<Component["kind"], "image">): string =>
  kind === "packages" ? "package" : kind;

const imageEntries = async (
  { store }: PublishRequest,
  variants: readonly MadeComponent[],
): Promise<Descriptor[]> => {
  const [first] = variants;
  if (first === undefined || first.job.component.kind !== "image") return [];
  const { image } = first.job.component;
  const named = (descriptor: Descriptor): Descriptor[] =>
    [image.name, ...image.also].map((name) =>
      annotated(descriptor, { made: first, kind: "image", more: { [ANNOTATION.refName]: name } }),
    );
  const platforms = variants.map(({ job, result }) => ({
    ...result.manifest,
    platform: { os: "linux", architecture: job.architecture },
  }));
  if (platforms.length === 1) return platforms.flatMap(named);
  const nested = { schemaVersion: 2, mediaType: OCI.index, manifests: platforms };
  return named(await store.putJson(OCI.index, nested)).map((entry) => ({
    ...entry,
    annotations: { ...entry.annotations, [ANNOTATION.arch]: "all" },
  }));
};

const annotated = (
  descriptor: Descriptor,
  {
    made: { job },
    kind,
    more,
  }: { made: Pick<MadeComponent, "job" | "result">; kind: string; more: Record<string, string> },
): Descriptor => ({
  ...descriptor,
  annotations: {
    [ANNOTATION.component]: job.component.name,
    [ANNOTATION.version]: job.component.version,
    [ANNOTATION.kind]: kind,
    [ANNOTATION.arch]: job.architecture,
    ...more,
  },
});

const sbomEntry = async (request: PublishRequest): Promise<Descriptor> => {
  const { builders, store, version, created, architectures, made } = request;
  const identity = builders.sha256(made.map(({ result }) => result.manifest.digest).join("\n"));
  const architecture = architectures.join("+");
  const document = await store.putJson(
    SLIPWAY.spdx,
    bundleSbom(
      {
        name: "slipway-bundle",
        version,
        licence: "Apache-2.0",
        home: "https://slipway.dev",
        created,
        architecture,
        identity,
      },
      made.map(({ job, result }) => ({
        subject: {
          name: architectures.length === 1 ? job.component.name : `${job.component.name}-${job.architecture}`,
          version: job.component.version,
          licence: job.component.licence,
          home: job.component.home,
        },
        packages: result.packages,
      })),
    ),
  );
  await store.putJson(OCI.empty, {});
  const manifest = await store.putJson(OCI.manifest, sbomManifest({ created }, document, undefined));
  return {
    ...manifest,
    annotations: {
      [ANNOTATION.component]: "bundle",
      [ANNOTATION.version]: version,
      [ANNOTATION.kind]: "sbom",
      [ANNOTATION.arch]: architectures.length === 1 ? architecture : "all",
    },
  };
};

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
