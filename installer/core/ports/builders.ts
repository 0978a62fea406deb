import type { Architecture, ComponentsFile, ReleaseFile } from "../../contract/bundle/components.ts";
import type { ComponentsLock, LockedPackage } from "../../contract/bundle/lock.ts";
import type { AptSource, FilesSource, OciSource } from "../../contract/bundle/sources.ts";
import type { Descriptor } from "../../contract/bundle/manifest.ts";
import type { ByteSource, CompressedBlob, LayoutWriter } from "./bundle.ts";

/** One entry of a file tree. Owner is always root and times are set when it is packed, so neither is kept. */
export type TreeEntry =
  | {
      readonly kind: "file";
      readonly path: string;
      readonly mode: number;
      readonly size: number;
      /** Where the bytes lie on this machine. */
      readonly location: string;
      /** Names of file capabilities, effective and permitted. */
      readonly capabilities?: readonly string[];
    }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | { readonly kind: "folder"; readonly path: string; readonly mode: number };

/** Files by path, in byte order of the path, no path twice. */
export type FileTree = readonly TreeEntry[];

/** One piece of software inside a result, for its SBOM. */
export interface SoftwarePackage {
  readonly name: string;
  readonly version: string;
  /** Package URL, see https://github.com/package-url/purl-spec. */
  readonly purl: string;
  /** SPDX expression, or NOASSERTION when it could not be told for certain. */
  readonly licence: string;
  /** Checksum as SPDX writes it, when one is known. */
  readonly checksum?: { readonly algorithm: "SHA256" | "SHA512" | "SHA1"; readonly value: string };
  /** The product itself, as opposed to something compiled or packed into it. */
  readonly primary?: boolean;
}

/** What a source gave. */
export interface BuiltFiles {
  readonly files: FileTree;
  readonly packages: readonly SoftwarePackage[];
  /** One line for the report: which tool, from where. Never holds a credential. */
  readonly origin: string;
}

/** What a piece of building may cost, from what it would really have to do now. */
export interface Cost {
  /** User and system time together. */
  readonly cpuSeconds: number;
  readonly downloadBytes: number;
  readonly diskBytes: number;
}

/** What the result of a build is for. */
export interface BuildTarget {
  readonly architecture: Architecture;
  readonly signal: AbortSignal;
  /** Receives lines about what is going on, for people. */
  readonly onLine: (line: string) => void;
}

/**
 * Obtains files from one kind of source. Rejects with the build area's errors (contract/errors/build.ts);
 * BUILD_SOURCE_UNREACHABLE and BUILD_TOOL_MISSING let the next source be tried, all others end the build.
 */
export interface FilesBuilder<S extends FilesSource = FilesSource> {
  /** Tells all sources of this kind that one build may ask for, so that related ones are made together. */
  announce?(sources: readonly S[]): void;
  /** A text that names everything the result depends on: equal texts give equal bytes. Needs no network. */
  identity(source: S, target: BuildTarget): Promise<string>;
  cost(source: S, target: BuildTarget): Promise<Cost>;
  build(source: S, target: BuildTarget): Promise<BuiltFiles>;
}

/** Obtains Debian packages as files. */
export interface PackageFetcher {
  fetch(
    source: AptSource,
    target: BuildTarget,
  ): Promise<{
    readonly packages: readonly (LockedPackage & { readonly fileName: string; readonly location: string })[];
    readonly software: readonly SoftwarePackage[];
    readonly origin: string;
  }>;
}

/** Takes whole images from registries and layouts. */
export interface ImagePuller {
  identity(source: OciSource, target: BuildTarget): Promise<string>;
  cost(source: OciSource, target: BuildTarget): Promise<Cost>;
  /** Copies manifest and blobs, checked by digest, into the writer. */
  pull(
    source: OciSource,
    target: BuildTarget & { readonly into: LayoutWriter },
  ): Promise<{
    readonly manifest: Descriptor;
    readonly blobs: readonly { readonly digest: Descriptor["digest"]; readonly size: number }[];
    readonly origin: string;
  }>;
}

/** Packs trees. */
export interface Packer {
  /** A tar that depends on nothing but the tree and `created`: sorted, owner root, one time stamp, no extended headers unless needed. */
  tar(tree: FileTree, created: number): AsyncIterable<Uint8Array>;
  /** Keeps, moves, links and joins files as a layer recipe says. */
  shape(tree: FileTree, recipe: LayerShape): Promise<FileTree>;
}

/** The part of a layer recipe that works on files. */
export interface LayerShape {
  readonly to?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude: readonly string[];
  readonly links: Readonly<Record<string, string>>;
  readonly folders: Readonly<Record<string, string>>;
  readonly concat: Readonly<Record<string, string>>;
  readonly capabilities: Readonly<Record<string, readonly string[]>>;
}

/** A store that tells which compressor it packs with. */
export interface PackingStore extends LayoutWriter {
  /** Name of the pinned compressor: equal names and equal content give equal bytes. */
  readonly compressor: string;
}

/** Remembers finished components by key; survives kill -9; a lost or damaged entry only costs time. */
export interface BuildCache {
  /** Blobs of finished components. */
  readonly blobs: PackingStore;
  find(key: string): Promise<CachedComponent | undefined>;
  keep(key: string, component: CachedComponent): Promise<void>;
  /** Compresses into `blobs`, one after the other: a compressor takes 50 MB, and a build's memory is bounded. */
  pack(source: ByteSource, signal: AbortSignal): Promise<CompressedBlob>;
  /** A compressed blob made before from what `key` names, if it is still in `blobs`. */
  findBlob(key: string): Promise<CompressedBlob | undefined>;
  keepBlob(key: string, blob: CompressedBlob): Promise<void>;
  /**
   * Removes what builds that were killed left half done; never what a build that still runs works on. Gives the number
   * of things removed.
   */
  tidy(): Promise<number>;
  /** Free bytes of the file system that holds it. */
  freeBytes(): Promise<number>;
  /** Removes what was not used for longest until the compilers' caches are below `limitBytes`. Returns bytes freed. */
  prune(limitBytes: number): Promise<number>;
}

/** A finished component: manifests and SBOM are in the blob store. */
export interface CachedComponent {
  readonly manifest: Descriptor;
  readonly sbom: Descriptor;
  /** Everything that belongs to it, manifests included. */
  readonly blobs: readonly { readonly digest: Descriptor["digest"]; readonly size: number }[];
  readonly packages: readonly SoftwarePackage[];
  readonly origin: string;
  readonly bytes: number;
}

/** The recipes as they lie in images/, and the lock beside them. */
export interface Recipes {
  components(): Promise<ComponentsFile>;
  release(name: string): Promise<ReleaseFile>;
  releases(): Promise<readonly string[]>;
  lock(): Promise<ComponentsLock>;
  /** Rewrites components.lock; entries are sorted, so that equal content is equal bytes. */
  saveLock(lock: ComponentsLock): Promise<void>;
}

/** Resolves names into exact content for `bundle lock`. */
export interface Resolver {
  /** Returns `lock` with everything that `source` needs resolved anew. */
  resolve(
    source: FilesSource | OciSource,
    into: ComponentsLock,
    target: BuildTarget,
  ): Promise<ComponentsLock>;
}

/** Every effect of a build. */
export interface BundleBuilders {
  readonly files: { readonly [K in FilesSource["kind"]]: FilesBuilder<Extract<FilesSource, { kind: K }>> };
  readonly packages: PackageFetcher;
  readonly images: ImagePuller;
  readonly packer: Packer;
  readonly cache: BuildCache;
  readonly recipes: Recipes;
  readonly resolver: Resolver;
  sha256(text: string): string;
  now(): number;
  readonly cores: number;
}
