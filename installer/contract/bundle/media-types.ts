/** Media types of the OCI image specification 1.1 (image-spec/media-types.md). */
export const OCI = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  layerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  layerZstd: "application/vnd.oci.image.layer.v1.tar+zstd",
  empty: "application/vnd.oci.empty.v1+json",
} as const;

/** Media types of Docker's schema 2, met in images that were built elsewhere. */
export const DOCKER = {
  list: "application/vnd.docker.distribution.manifest.list.v2+json",
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
} as const;

/** Artefact types and layer types of what a bundle holds besides images. `docs/bundle-format.md` documents each. */
export const SLIPWAY = {
  bundle: "application/vnd.slipway.bundle.v1",
  file: "application/vnd.slipway.file.v1",
  fileZstd: "application/vnd.slipway.file.v1+zstd",
  package: "application/vnd.slipway.package.v1",
  debianPackage: "application/vnd.debian.binary-package",
  nodeOs: "application/vnd.slipway.node-os.v1",
  squashfs: "application/vnd.slipway.node-os.squashfs.v1",
  nodeOsBoot: "application/vnd.slipway.node-os.boot.v1.tar",
  nodeOsLoader: "application/vnd.slipway.node-os.loader.v1",
  nodeOsManifest: "application/vnd.slipway.node-os.manifest.v1+json",
  installer: "application/vnd.slipway.installer.v1",
  installerKernel: "application/vnd.slipway.installer.kernel.v1",
  installerInitrd: "application/vnd.slipway.installer.initrd.v1",
  chart: "application/vnd.cncf.helm.config.v1+json",
  chartContent: "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
  sbom: "application/vnd.slipway.sbom.v1",
  spdx: "application/spdx+json",
  patch: "application/vnd.slipway.patch.v1",
} as const;

/** Media types of cosign's image signatures (sigstore/cosign, specs/SIGNATURE_SPEC.md). */
export const COSIGN = {
  signature: "application/vnd.dev.cosign.artifact.sig.v1+json",
  payload: "application/vnd.dev.cosign.simplesigning.v1+json",
  signatureAnnotation: "dev.cosignproject.cosign/signature",
} as const;

/** Annotation keys that the bundle gives a meaning to. */
export const ANNOTATION = {
  /** Full upstream name and tag of an image; stock tools select by it. */
  refName: "org.opencontainers.image.ref.name",
  /** File name of a layer that is a plain file. */
  title: "org.opencontainers.image.title",
  version: "org.opencontainers.image.version",
  created: "org.opencontainers.image.created",
  licenses: "org.opencontainers.image.licenses",
  /** Component of components.yaml that a manifest belongs to; errors name it. */
  component: "io.slipway.component",
  kind: "io.slipway.kind",
  /** `amd64`, `arm64` or `all`, for artefacts that carry no platform. */
  arch: "io.slipway.arch",
  /** Name of the pinned compressor that made a blob, so that a delta can rebuild the very bytes. */
  compressor: "io.slipway.compressor",
  /** Digest and size of a compressed blob's content. */
  contentDigest: "io.slipway.content.digest",
  contentSize: "io.slipway.content.size",
  bundleName: "io.slipway.bundle.name",
  bundleVersion: "io.slipway.bundle.version",
} as const;

/** True when the blob of this media type is itself a list of further descriptors. */
export const isManifestType = (mediaType: string): boolean =>
  mediaType === OCI.index ||
  mediaType === OCI.manifest ||
  mediaType === DOCKER.list ||
  mediaType === DOCKER.manifest;
