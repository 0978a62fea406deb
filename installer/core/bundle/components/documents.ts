import type { Component, ImageConfig } from "../../../contract/bundle/components.ts";
import { type Descriptor, EMPTY_CONFIG } from "../../../contract/bundle/manifest.ts";
import { ANNOTATION, OCI, SLIPWAY } from "../../../contract/bundle/media-types.ts";
import type { CompressedBlob } from "../../ports/bundle.ts";

/** Facts about a component that go into labels and annotations. */
export interface ComponentFacts {
  readonly component: Component;
  readonly architecture: string;
  /** Seconds since the epoch. */
  readonly created: number;
}

/** A file inside an artefact, stored compressed. */
export interface PackedFile {
  readonly name: string;
  readonly mode: number;
  readonly blob: CompressedBlob;
}

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");

/** Configuration of an image (image-spec/config.md) whose layers have these contents. */
export const imageConfig = (
  facts: ComponentFacts,
  config: ImageConfig,
  layers: readonly CompressedBlob[],
): object => ({
  architecture: facts.architecture,
  os: "linux",
  created: isoTime(facts.created),
  config: {
    Env: [
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      ...Object.entries(config.env).map(([name, value]) => `${name}=${value}`),
    ],
    ...(config.entrypoint === undefined ? {} : { Entrypoint: config.entrypoint }),
    ...(config.command === undefined ? {} : { Cmd: config.command }),
    ...(config.user === undefined ? {} : { User: config.user }),
    ...(config.workdir === undefined ? {} : { WorkingDir: config.workdir }),
    Labels: labels(facts),
  },
  rootfs: { type: "layers", diff_ids: layers.map(({ contentDigest }) => contentDigest) },
  history: layers.map(() => ({ created: isoTime(facts.created), created_by: "slipway bundle build" })),
});

/** Manifest of an image. */
export const imageManifest = (
  facts: ComponentFacts,
  config: Descriptor,
  layers: readonly CompressedBlob[],
): object => ({
  schemaVersion: 2,
  mediaType: OCI.manifest,
  config,
  layers: layers.map((blob) => compressed(OCI.layerZstd, blob)),
  annotations: labels(facts),
});

/** Manifest of an artefact of plain files: one compressed blob for each. */
export const filesManifest = (facts: ComponentFacts, files: readonly PackedFile[]): object => ({
  schemaVersion: 2,
  mediaType: OCI.manifest,
  artifactType: SLIPWAY.file,
  config: EMPTY_CONFIG,
  layers: files.map(({ name, mode, blob }) =>
    compressed(SLIPWAY.fileZstd, blob, {
      [ANNOTATION.title]: name,
      [FILE_MODE]: `0${mode.toString(8)}`,
    }),
  ),
  annotations: labels(facts),
});

/** Annotation with the permission bits of a file, in octal. */
export const FILE_MODE = "io.slipway.file.mode";

/** A .deb as it is stored. */
export interface PackedPackage {
  readonly fileName: string;
  readonly name: string;
  readonly version: string;
  readonly digest: Descriptor["digest"];
  readonly size: number;
}

/** Manifest of an artefact of Debian packages, stored as the archive has them. */
export const packagesManifest = (facts: ComponentFacts, packages: readonly PackedPackage[]): object => ({
  schemaVersion: 2,
  mediaType: OCI.manifest,
  artifactType: SLIPWAY.package,
  config: EMPTY_CONFIG,
  layers: packages.map(({ fileName, name, version, digest, size }) => ({
    mediaType: SLIPWAY.debianPackage,
    digest,
    size,
    annotations: {
      [ANNOTATION.title]: fileName,
      "io.slipway.package.name": name,
      "io.slipway.package.version": version,
    },
  })),
  annotations: labels(facts),
});

/** Manifest of an SBOM; `subject` makes it a referrer of what it describes (distribution-spec, "referrers"). */
export const sbomManifest = (
  facts: Pick<ComponentFacts, "created">,
  document: CompressedBlob | Descriptor,
  subject: Descriptor | undefined,
): object => ({
  schemaVersion: 2,
  mediaType: OCI.manifest,
  artifactType: SLIPWAY.sbom,
  config: EMPTY_CONFIG,
  layers: [
    {
      mediaType: SLIPWAY.spdx,
      digest: document.digest,
      size: document.size,
      annotations: { [ANNOTATION.title]: "sbom.spdx.json" },
    },
  ],
  ...(subject === undefined
    ? {}
    : { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size } }),
  annotations: { [ANNOTATION.created]: isoTime(facts.created) },
});

/** Annotations of every manifest of a component. */
export const labels = ({
  component,
  created,
  architecture,
}: ComponentFacts): Readonly<Record<string, string>> => ({
  [ANNOTATION.title]: component.name,
  [ANNOTATION.version]: component.version,
  [ANNOTATION.licenses]: component.licence,
  [ANNOTATION.created]: isoTime(created),
  "org.opencontainers.image.url": component.home,
  "org.opencontainers.image.description": component.description.en,
  "org.opencontainers.image.vendor": "Slipway",
  [ANNOTATION.component]: component.name,
  [ANNOTATION.arch]: architecture,
});

const compressed = (
  mediaType: string,
  blob: CompressedBlob,
  more: Readonly<Record<string, string>> = {},
): Descriptor => ({
  mediaType,
  digest: blob.digest,
  size: blob.size,
  annotations: {
    ...more,
    [ANNOTATION.compressor]: blob.compressor,
    [ANNOTATION.contentDigest]: blob.contentDigest,
    [ANNOTATION.contentSize]: String(blob.contentSize),
  },
});
