import * as z from "zod";

/** Path inside an image, a package or an artefact: relative, no `..`, no leading slash. */
export const RelativePath = z
  .string()
  .regex(/^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0]+$/, "must be relative, without . or .. segments")
  .describe("Relative path without . or .. segments");

const Mode = z
  .string()
  .regex(/^0[0-7]{3,4}$/)
  .describe('Permission bits in octal, such as "0755"');

/** Main packages of Go modules, compiled with the go.mod and go.sum of one group in images/go. */
export const GoSource = z.strictObject({
  kind: z.literal("go"),
  group: z.string().describe("Folder in images/go that pins the modules and the flags"),
  binaries: z.array(z.string()).min(1).describe("Names from the group's build.yaml"),
});

/** Debian packages of a locked set in images/apt: their files, or for a component of packages the .deb files. */
export const AptSource = z.strictObject({
  kind: z.literal("apt"),
  set: z.string().describe("Name of a file in images/apt, without .yaml"),
});

/** An image, or the files of an OCI artefact, by a reference whose digest stands in components.lock. */
export const OciSource = z.strictObject({
  kind: z.literal("oci"),
  reference: z.string().describe("Upstream name with tag, or a layout as oci:PATH:TAG"),
});

/** One file by address; its sha256 stands in components.lock. */
export const UrlSource = z.strictObject({
  kind: z.literal("url"),
  url: z.url({ protocol: /^https?$/ }).describe("Address; {os} and {arch} stand for the platform"),
  as: RelativePath.optional().describe("Name of the file; by default the last part of the address"),
  mode: Mode.default("0644"),
});

/** A package of the npm registry this machine is configured for; integrity in components.lock. */
export const NpmSource = z.strictObject({
  kind: z.literal("npm"),
  package: z.string(),
  version: z.string(),
});

/** An artefact of a Maven repository this machine is configured for (settings.xml or a mirror); sha256 in components.lock. */
export const MavenSource = z.strictObject({
  kind: z.literal("maven"),
  coordinates: z
    .string()
    .regex(/^[^:]+:[^:]+:[^:]+(?::[^:]+){0,2}$/, "group:artifact:version[:extension[:classifier]]"),
});

/** A wheel or source archive through this machine's own pip; sha256 in components.lock. */
export const PypiSource = z.strictObject({
  kind: z.literal("pypi"),
  package: z.string(),
  version: z.string(),
});

/** A file or folder of this repository, under images/. */
export const FileSource = z.strictObject({
  kind: z.literal("file"),
  path: RelativePath.describe("Below images/"),
  mode: Mode.optional().describe(
    "For a single file; a folder keeps 0755 for executables and 0644 for the rest",
  ),
});

/** Hardware that a system is for: `cloud` holds the small kernel of virtual machines, `server` all drivers and firmware. */
export const SystemVariant = z.enum(["cloud", "server"]);
export type SystemVariant = z.output<typeof SystemVariant>;

const AptSetName = z.string();
/** A whole system for machines that are installed from nothing, made of locked sets of Debian packages. */
export const NodeOsSource = z.strictObject({
  kind: z.literal("node-os"),
  path: RelativePath.describe("Folder below images/ with the description and the files to lay over"),
  variant: SystemVariant,
  system: AptSetName.describe("Set in images/apt with the packages of the system"),
  kernel: AptSetName.describe("Set with the kernel"),
  firmware: AptSetName.optional().describe("Set with firmware of devices"),
  loaders: AptSetName.describe("Set with the boot loaders"),
  tools: AptSetName.describe("Set with the programs that the build itself runs"),
});

/** The installer of blank machines: an initial file system and the kernel that starts it. */
export const InstallerSource = z.strictObject({
  kind: z.literal("installer"),
  path: RelativePath.describe("Folder below images/ with the description and the scripts"),
  variant: SystemVariant,
  system: AptSetName.describe("Set in images/apt with the programs it holds"),
  kernel: AptSetName.describe("Set with the kernel, the same as the node OS has"),
  tools: AptSetName.describe("Set with the programs that the build itself runs"),
});

/** Sources that yield files. */
export const FilesSource = z.discriminatedUnion("kind", [
  GoSource,
  AptSource,
  UrlSource,
  NpmSource,
  MavenSource,
  PypiSource,
  FileSource,
  NodeOsSource,
  InstallerSource,
]);
export type FilesSource = Readonly<z.output<typeof FilesSource>>;

/** One layer of an image: files of one source, put under a folder, then trimmed and completed. */
export const LayerRecipe = z.strictObject({
  from: FilesSource.optional().describe("Absent for a layer of links and folders only"),
  to: RelativePath.optional().describe("Folder that receives the files; the root by default"),
  include: z.array(z.string()).optional().describe("Globs; only matching paths are kept (after the move)"),
  exclude: z.array(z.string()).default([]).describe("Globs of paths to leave out"),
  links: z.record(RelativePath, z.string()).default({}).describe("Symbolic links to make: path -> target"),
  folders: z.record(RelativePath, Mode).default({}).describe("Empty folders to make: path -> mode"),
  concat: z
    .record(RelativePath, z.string())
    .default({})
    .describe("Files made by joining all that match a glob, in name order"),
  capabilities: z
    .record(RelativePath, z.array(z.enum(["net_bind_service", "net_raw"])).min(1))
    .default({})
    .describe("File capabilities, as setcap NAME=+ep would set them"),
});
export type LayerRecipe = Readonly<z.output<typeof LayerRecipe>>;

/** An image built here from layers. */
export const BuildSource = z.strictObject({
  kind: z.literal("build"),
  layers: z.array(LayerRecipe).min(1),
});

/** Everything a component may name as a source. */
export const Source = z.discriminatedUnion("kind", [
  GoSource,
  AptSource,
  UrlSource,
  NpmSource,
  MavenSource,
  PypiSource,
  FileSource,
  NodeOsSource,
  InstallerSource,
  OciSource,
  BuildSource,
]);
export type Source = Readonly<z.output<typeof Source>>;
/** Where a component can come from, by name. */
export type SourceKind = Source["kind"];
export type BuildSource = Extract<Source, { kind: "build" }>;
export type OciSource = Extract<Source, { kind: "oci" }>;
export type GoSource = Extract<Source, { kind: "go" }>;
export type NodeOsSource = Extract<Source, { kind: "node-os" }>;
export type InstallerSource = Extract<Source, { kind: "installer" }>;
export type AptSource = Extract<Source, { kind: "apt" }>;
