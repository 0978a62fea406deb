import type { Architecture } from "../../contract/bundle/components.ts";
import type { Digest } from "../../contract/bundle/manifest.ts";

/** A blob by address, as it is stored. */
export interface ReleaseBlob {
  readonly digest: Digest;
  readonly size: number;
}

/** A plain file of a release, such as a program. */
export interface ReleaseFile {
  /** Name within its component, such as `kubeadm`. */
  readonly name: string;
  readonly component: string;
  readonly version: string;
  /** Permission bits. */
  readonly mode: number;
  readonly blob: ReleaseBlob;
  /** True when the blob is zstd-compressed; `content` is then what comes out. */
  readonly compressed: boolean;
  readonly content: ReleaseBlob;
}

/** An image under its upstream name, whole: everything a registry needs to serve it. */
export interface ReleaseImage {
  /** Upstream name and tag, such as `registry.k8s.io/pause:3.10.2`. */
  readonly name: string;
  readonly component: string;
  /** What the tag points to: a manifest, or an index of manifests. */
  readonly digest: Digest;
  readonly mediaType: string;
  /** Every manifest below the tag, the one it points to included. */
  readonly manifests: readonly (ReleaseBlob & { readonly mediaType: string })[];
  /** Configurations and layers of all manifests, each once. */
  readonly blobs: readonly ReleaseBlob[];
}

/** A Debian package as the archive has it. */
export interface ReleasePackage {
  readonly component: string;
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  readonly blob: ReleaseBlob;
}

/** A part of the node OS or of its installer, stored as it is. */
export interface SystemFile {
  /** Such as `root.squashfs` or `installer.initrd`. */
  readonly name: string;
  /** Component it belongs to: `node-os`, `installer-server` and so on. */
  readonly component: string;
  readonly blob: ReleaseBlob;
}

/** What a bundle holds for machines of one architecture. */
export interface Release {
  /** Digest of the bundle's index. */
  readonly bundle: Digest;
  readonly version: string;
  /** When the bundle was made, as it says itself: milliseconds since the epoch. */
  readonly created?: number;
  readonly architecture: Architecture;
  readonly files: readonly ReleaseFile[];
  readonly images: readonly ReleaseImage[];
  readonly packages: readonly ReleasePackage[];
  /** Empty when the bundle was made without a node OS. */
  readonly systems?: readonly SystemFile[];
}

/** The bundles of the appliance, as phases look at them. */
export interface Releases {
  /**
   * The release that a spec asks for. Rejects with RELEASE_NOT_FOUND when no stored bundle fits the reference and the
   * Kubernetes version, RELEASE_ARCHITECTURE when it holds nothing for the architecture.
   */
  open(wanted: {
    readonly bundle: string;
    readonly kubernetes: string;
    readonly architecture: Architecture;
  }): Promise<Release>;
  /** The systems of the newest bundle that has any, for machines that no spec names. Empty when there is none. */
  systems(architecture: Architecture): Promise<readonly SystemFile[]>;
}
