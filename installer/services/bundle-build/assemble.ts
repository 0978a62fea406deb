import type { Component, ImageComponent } from "../../contract/bundle/components.ts";
import type {
  BuildSource,
  FilesSource,
  LayerRecipe,
  OciSource,
  Source,
} from "../../contract/bundle/sources.ts";
import { EMPTY_CONFIG, type Descriptor } from "../../contract/bundle/manifest.ts";
import { OCI, SLIPWAY } from "../../contract/bundle/media-types.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { canonicalJson } from "../../core/bundle/canonical.ts";
import { LAYERING_CODE } from "../../core/bundle/components/code-digests.ts";
import { bootManifest } from "../../core/bundle/components/boot-documents.ts";
import {
  type ComponentFacts,
  filesManifest,
  imageConfig,
  imageManifest,
  packagesManifest,
  sbomManifest,
} from "../../core/bundle/components/documents.ts";
import { componentSbom } from "../../core/bundle/components/spdx.ts";
import type {
  BuildTarget,
  BundleBuilders,
  CachedComponent,
  SoftwarePackage,
  TreeEntry,
} from "../../core/ports/builders.ts";
import type { CompressedBlob } from "../../core/ports/bundle.ts";
import { builderFor } from "./identity.ts";

/** A component to make from one of its sources. */
export interface AssemblyRequest {
  readonly builders: BundleBuilders;
  readonly component: Component;
  readonly source: Source;
  readonly created: number;
  readonly target: BuildTarget;
}

type Blob = CachedComponent["blobs"][number];

interface Assembly {
  readonly manifest: Descriptor;
  readonly blobs: readonly Blob[];
  readonly packages: readonly SoftwarePackage[];
  readonly origin: string;
}

/** Makes a component: its content, its manifest and its SBOM end up in the cache's blob store. */
export const assemble = async (request: AssemblyRequest): Promise<CachedComponent> => {
  const { builders, component, created, target } = request;
  const made = await assembleContent(request);
  const identity = made.manifest.digest.slice("sha256:".length);
  const subject = {
    name: component.name,
    version: component.version,
    licence: component.licence,
    home: component.home,
    created,
    architecture: target.architecture,
    identity,
  };
  const blobs = builders.cache.blobs;
  const document = await blobs.putJson(SLIPWAY.spdx, componentSbom(subject, made.packages));
  const sbom = await blobs.putJson(OCI.manifest, sbomManifest({ created }, document, made.manifest));
  const all = unique([...made.blobs, made.manifest, document, sbom]);
  return {
    ...made,
    sbom,
    blobs: all,
    bytes: all.reduce((sum, { size }) => sum + size, 0),
  };
};

const assembleContent = async (request: AssemblyRequest): Promise<Assembly> => {
  const { component, source } = request;
  switch (component.kind) {
    case "image":
      if (source.kind === "oci") return pullImage(request, source);
      if (source.kind === "build") return buildImage(request, component, source);
      break;
    case "file":
      if (source.kind !== "oci" && source.kind !== "build") return packFiles(request, source);
      break;
    case "packages":
      if (source.kind === "apt") return packPackages(request, source.set);
      break;
    case "node-os":
    case "installer":
      if (source.kind !== "oci" && source.kind !== "build") return keepFiles(request, source);
      break;
  }
  throw SlipwayError.of("BUILD_RECIPE_INVALID", {
    file: "components.yaml",
    count: 1,
    problem: `${component.name}: a component of kind ${component.kind} cannot come from ${source.kind}`,
  });
};

const pullImage = async ({ builders, target }: AssemblyRequest, source: OciSource): Promise<Assembly> => {
  const pulled = await builders.images.pull(source, { ...target, into: builders.cache.blobs });
  return { ...pulled, packages: [] };
};

const buildImage = async (
  request: AssemblyRequest,
  component: ImageComponent,
  source: BuildSource,
): Promise<Assembly> => {
  const layers: CompressedBlob[] = [];
  const packages: SoftwarePackage[] = [];
  const origins: string[] = [];
  for (const recipe of source.layers) {
    const layer = await buildLayer(request, recipe);
    layers.push(layer.blob);
    packages.push(...layer.packages);
    if (layer.origin !== undefined) origins.push(layer.origin);
  }
  const facts = factsOf(request);
  const blobs = request.builders.cache.blobs;
  const config = await blobs.putJson(OCI.config, imageConfig(facts, component.image, layers));
  const manifest = await blobs.putJson(OCI.manifest, imageManifest(facts, config, layers));
  return {
    manifest,
    blobs: [config, ...layers.map(sizeOnly)],
    packages,
    origin: [...new Set(origins)].join("; "),
  };
};

const buildLayer = async (
  { builders, created, target }: AssemblyRequest,
  { from, ...shape }: LayerRecipe,
): Promise<{ blob: CompressedBlob; packages: readonly SoftwarePackage[]; origin: string | undefined }> => {
  const built = from === undefined ? undefined : await builderFor(builders, from).build(from, target);
  const identity = from === undefined ? "" : await builderFor(builders, from).identity(from, target);
  const key = canonicalJson({ schema: "layer/1", code: LAYERING_CODE, identity, shape, created });
  const known = await builders.cache.findBlob(key);
  const result = { packages: built?.packages ?? [], origin: built?.origin };
  if (known !== undefined) return { blob: known, ...result };
  const tree = await builders.packer.shape(built?.files ?? [], shape);
  target.onLine(`zstd ${shape.to ?? "/"} (${tree.length})`);
  const blob = await builders.cache.pack({ stream: builders.packer.tar(tree, created) }, target.signal);
  await builders.cache.keepBlob(key, blob);
  return { blob, ...result };
};

const packFiles = async (request: AssemblyRequest, source: FilesSource): Promise<Assembly> => {
  const { builders, target } = request;
  const built = await builderFor(builders, source).build(source, target);
  const identity = await builderFor(builders, source).identity(source, target);
  const files = built.files.filter(
    (entry): entry is Extract<TreeEntry, { kind: "file" }> => entry.kind === "file",
  );
  const packed = [];
  for (const file of files) {
    const key = canonicalJson({ schema: "file/1", identity, path: file.path });
    const known = await builders.cache.findBlob(key);
    if (known === undefined) target.onLine(`zstd ${file.path}`);
    const blob = known ?? (await builders.cache.pack({ path: file.location }, target.signal));
    if (known === undefined) await builders.cache.keepBlob(key, blob);
    packed.push({ name: file.path, mode: file.mode, blob });
  }
  const manifest = await putArtefact(builders, filesManifest(factsOf(request), packed));
  const blobs = [EMPTY_CONFIG, ...packed.map(({ blob }) => sizeOnly(blob))];
  return { manifest, blobs, packages: built.packages, origin: built.origin };
};

/** Stores files as they are: they hold compressed content, and parts of them are served as they lie in the store. */
const keepFiles = async (request: AssemblyRequest, source: FilesSource): Promise<Assembly> => {
  const { builders, component, target } = request;
  const built = await builderFor(builders, source).build(source, target);
  const kept = [];
  for (const entry of built.files) {
    if (entry.kind !== "file") continue;
    const expected = { size: entry.size, component: component.name };
    const blob = await builders.cache.blobs.putBlob({ path: entry.location }, expected, target.signal);
    kept.push({ name: entry.path, ...blob });
  }
  const manifest = await putArtefact(builders, bootManifest(factsOf(request), kept));
  return {
    manifest,
    blobs: [EMPTY_CONFIG, ...kept.map(sizeOnly)],
    packages: built.packages,
    origin: built.origin,
  };
};

const packPackages = async (request: AssemblyRequest, set: string): Promise<Assembly> => {
  const { builders, target } = request;
  const fetched = await builders.packages.fetch({ kind: "apt", set }, target);
  const packed = [];
  for (const entry of fetched.packages) {
    const expected = { digest: `sha256:${entry.sha256}`, size: entry.size, component: entry.name };
    const blob = await builders.cache.blobs.putBlob({ path: entry.location }, expected, target.signal);
    packed.push({ ...blob, fileName: entry.fileName, name: entry.name, version: entry.version });
  }
  const manifest = await putArtefact(builders, packagesManifest(factsOf(request), packed));
  return {
    manifest,
    blobs: [EMPTY_CONFIG, ...packed.map(sizeOnly)],
    packages: fetched.software,
    origin: fetched.origin,
  };
};

/** Stores an artefact's manifest and the empty config that all of them share. */
const putArtefact = async (builders: BundleBuilders, manifest: object): Promise<Descriptor> => {
  await builders.cache.blobs.putJson(OCI.empty, {});
  return builders.cache.blobs.putJson(OCI.manifest, manifest);
};

const factsOf = ({ component, created, target }: AssemblyRequest): ComponentFacts => ({
  component,
  created,
  architecture: target.architecture,
});

const sizeOnly = ({ digest, size }: Blob): Blob => ({ digest, size });
const unique = (blobs: readonly Blob[]): readonly Blob[] => [
  ...new Map(blobs.map((blob) => [blob.digest, sizeOnly(blob)])).values(),
];
