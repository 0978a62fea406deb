import { SlipwayError } from "../../contract/errors/index.ts";
import type { BundleIndex } from "../../contract/bundle/index.ts";
import {
  type Descriptor,
  type Digest,
  Manifest,
  MAX_MANIFEST_BYTES,
  NestedIndex,
} from "../../contract/bundle/manifest.ts";
import { ANNOTATION, DOCKER, isManifestType, OCI } from "../../contract/bundle/media-types.ts";
import { decodeUtf8 } from "./canonical.ts";

/** Most blobs and manifests one bundle may have; more is an absurd size. */
export const MAX_ENTRIES = 200_000;

/** One blob in the order of the transport file, with what it belongs to. */
export interface OrderedBlob {
  readonly digest: Digest;
  readonly size: number;
  readonly mediaType: string;
  /** Component that first refers to it; what errors name. */
  readonly component: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Finds the fixed order of a bundle while its manifests arrive: manifests breadth first in the order they are listed,
 * then configs and layers in the order in which those manifests first mention them. Every digest appears once.
 */
export class BundleWalk {
  readonly #manifests: OrderedBlob[] = [];
  readonly #blobs: OrderedBlob[] = [];
  readonly #sizes = new Map<Digest, number>();
  #next = 0;

  constructor(index: BundleIndex) {
    for (const descriptor of index.manifests) this.#addManifest(descriptor, componentOf(descriptor));
  }

  /** The manifest that comes next, or undefined when all are known. */
  nextManifest(): OrderedBlob | undefined {
    return this.#manifests[this.#next];
  }

  /** Gives the bytes of the manifest that `nextManifest` named. Rejects what is malformed with BUNDLE_MANIFEST_BAD. */
  accept(bytes: Uint8Array): void {
    const entry = this.#manifests[this.#next];
    if (entry === undefined) throw new RangeError("no manifest is expected");
    this.#next += 1;
    const value = parseJson(bytes, entry);
    if (entry.mediaType === OCI.index || entry.mediaType === DOCKER.list) {
      const nested = NestedIndex.safeParse(value);
      if (!nested.success) throw malformed(entry, nested.error.issues[0]?.message ?? "not an index");
      for (const child of nested.data.manifests) this.#addManifest(child, entry.component);
      return;
    }
    const manifest = Manifest.safeParse(value);
    if (!manifest.success) throw malformed(entry, manifest.error.issues[0]?.message ?? "not a manifest");
    for (const blob of [manifest.data.config, ...manifest.data.layers]) {
      if (this.#isNew(blob, entry)) this.#blobs.push(ordered(blob, entry.component));
    }
  }

  /** All manifests, in order; complete once `nextManifest` gives undefined. */
  get manifests(): readonly OrderedBlob[] {
    return this.#manifests;
  }

  /** All configs and layers, in order; complete once `nextManifest` gives undefined. */
  get blobs(): readonly OrderedBlob[] {
    return this.#blobs;
  }

  #addManifest(descriptor: Descriptor, component: string): void {
    const entry = ordered(descriptor, component);
    if (!isManifestType(descriptor.mediaType)) {
      throw malformed(entry, `${descriptor.mediaType} is not a manifest`);
    }
    if (descriptor.size > MAX_MANIFEST_BYTES) {
      throw SlipwayError.of("BUNDLE_SIZE_ABSURD", {
        item: `${component} ${descriptor.digest}`,
        bytes: descriptor.size,
        limit: MAX_MANIFEST_BYTES,
      });
    }
    if (this.#isNew(descriptor, entry)) this.#manifests.push(entry);
  }

  #isNew(descriptor: Descriptor, of: OrderedBlob): boolean {
    const known = this.#sizes.get(descriptor.digest);
    if (known !== undefined && known !== descriptor.size) {
      throw malformed(of, `${descriptor.digest} is given two sizes, ${known} and ${descriptor.size}`);
    }
    if (known === undefined && this.#sizes.size >= MAX_ENTRIES) {
      throw SlipwayError.of("BUNDLE_SIZE_ABSURD", {
        item: "index.json",
        bytes: this.#sizes.size,
        limit: MAX_ENTRIES,
      });
    }
    this.#sizes.set(descriptor.digest, descriptor.size);
    return known === undefined;
  }
}

/** What people call the thing a descriptor stands for: its component, else its image name, else its file name. */
export const componentOf = (descriptor: Descriptor): string =>
  descriptor.annotations?.[ANNOTATION.component] ??
  descriptor.annotations?.[ANNOTATION.refName] ??
  descriptor.annotations?.[ANNOTATION.title] ??
  descriptor.digest;

const ordered = (descriptor: Descriptor, component: string): OrderedBlob => ({
  digest: descriptor.digest,
  size: descriptor.size,
  mediaType: descriptor.mediaType,
  component,
  annotations: descriptor.annotations ?? {},
});

const parseJson = (bytes: Uint8Array, entry: OrderedBlob): unknown => {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch (cause) {
    throw malformed(entry, cause instanceof Error ? cause.message : "not JSON");
  }
};

const malformed = (entry: OrderedBlob, problem: string): SlipwayError =>
  SlipwayError.of("BUNDLE_MANIFEST_BAD", { blob: entry.digest, component: entry.component, problem });
