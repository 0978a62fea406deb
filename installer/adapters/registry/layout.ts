import { createHash } from "node:crypto";
import { copyFile, link, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BundleIndex } from "../../contract/bundle/index.ts";
import { type Descriptor, type Digest, Manifest, NestedIndex } from "../../contract/bundle/manifest.ts";
import { ANNOTATION, DOCKER, OCI } from "../../contract/bundle/media-types.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { imagesOf, referrersIndex, referrersTag, signatureTag } from "../../core/bundle/image-signature.ts";
import type { BlobReader } from "../../core/ports/bundle.ts";

/** What a publication did. */
export interface PublishedImages {
  readonly images: number;
  readonly blobs: number;
  /** Blobs that had to be copied because the registry lies on another file system. */
  readonly copied: number;
}

/**
 * Makes the images of a bundle servable by CNCF Distribution without copying: hard links to the store's blobs in its
 * file system layout, and the small link files of each repository (distribution, registry/storage/paths.go). Repositories
 * are named `<upstream host>/<name>`, so a mirror path gives every image by its upstream name. Idempotent, and repairing:
 * run it again after any crash. Tags are written last, so that an image that can be pulled by tag is complete.
 */
export const publishImages = async (
  store: BlobReader,
  index: BundleIndex,
  root: string,
): Promise<PublishedImages> => {
  const work = new Publication(store, join(root, "docker/registry/v2"));
  const images = imagesOf(index);
  for (const image of images) await work.addImage(image);
  for (const descriptor of index.manifests) {
    if (descriptor.annotations?.[ANNOTATION.kind] === "signature") await work.addSignature(descriptor);
  }
  await work.tag();
  return { images: images.length, blobs: work.blobs, copied: work.copied };
};

/** `registry.example:5000/a/b:v1` in its two parts; images without a tag are known by digest only. */
export const splitName = (name: string): { repository: string; tag: string | undefined } => {
  const bare = name.replace(/@sha256:[0-9a-f]{64}$/, "");
  const found = /^(?<repository>.+):(?<tag>[\w][\w.-]{0,127})$/.exec(bare)?.groups;
  return found === undefined
    ? { repository: bare, tag: undefined }
    : { repository: found["repository"] ?? bare, tag: found["tag"] };
};

class Publication {
  readonly #store: BlobReader;
  readonly #root: string;
  readonly #linked = new Set<Digest>();
  readonly #repositories = new Map<Digest, Set<string>>();
  readonly #tags: { repository: string; tag: string; digest: Digest }[] = [];
  readonly #referrers = new Map<Digest, Descriptor[]>();
  copied = 0;

  constructor(store: BlobReader, root: string) {
    this.#store = store;
    this.#root = root;
  }

  get blobs(): number {
    return this.#linked.size;
  }

  async addImage(image: Descriptor & { readonly name: string }): Promise<void> {
    const { repository, tag } = splitName(image.name);
    await this.#addManifest(repository, image);
    if (tag !== undefined) this.#tags.push({ repository, tag, digest: image.digest });
  }

  /** A signature goes wherever the image it signs is, under the tag where cosign looks for it in a registry without a list of referrers. */
  async addSignature(descriptor: Descriptor): Promise<void> {
    const manifest = await this.#readManifest(descriptor);
    const subject = manifest.subject?.digest;
    if (subject === undefined) return;
    for (const repository of this.#repositories.get(subject) ?? []) {
      await this.#addManifest(repository, descriptor);
      this.#tags.push({ repository, tag: signatureTag(subject), digest: descriptor.digest });
    }
    this.#referrers.set(subject, [...(this.#referrers.get(subject) ?? []), descriptor]);
  }

  async tag(): Promise<void> {
    for (const [subject, referrers] of this.#referrers) await this.#listReferrers(subject, referrers);
    for (const { repository, tag, digest } of this.#tags) {
      const folder = join(this.#root, "repositories", repository, "_manifests/tags", tag);
      await this.#writeLink(join(folder, "index/sha256", hexOf(digest), "link"), digest);
      await this.#writeLink(join(folder, "current/link"), digest);
    }
  }

  /** Distribution does not list referrers itself; clients then read the list under a tag (OCI distribution 1.1). */
  async #listReferrers(subject: Digest, referrers: readonly Descriptor[]): Promise<void> {
    const bytes = referrersIndex(referrers);
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    await this.#writeWhole(this.#dataPath(digest), bytes);
    for (const repository of this.#repositories.get(subject) ?? []) {
      await this.#writeLink(this.#inRepository(repository, "_manifests/revisions", digest), digest);
      this.#tags.push({ repository, tag: referrersTag(subject), digest });
    }
  }

  async #addManifest(repository: string, descriptor: Descriptor): Promise<void> {
    const { digest, mediaType } = descriptor;
    await this.#linkBlob(digest);
    if (mediaType === OCI.index || mediaType === DOCKER.list) {
      const nested = NestedIndex.parse(await this.#readJson(digest));
      for (const child of nested.manifests) await this.#addManifest(repository, child);
    } else {
      const { config, layers } = await this.#readManifest(descriptor);
      for (const blob of [config, ...layers]) {
        await this.#linkBlob(blob.digest);
        await this.#writeLink(this.#inRepository(repository, "_layers", blob.digest), blob.digest);
      }
    }
    await this.#writeLink(this.#inRepository(repository, "_manifests/revisions", digest), digest);
    const owners = this.#repositories.get(digest) ?? new Set();
    this.#repositories.set(digest, owners.add(repository));
  }

  #dataPath(digest: Digest): string {
    const hex = hexOf(digest);
    return join(this.#root, "blobs/sha256", hex.slice(0, 2), hex, "data");
  }

  #inRepository(repository: string, part: string, digest: Digest): string {
    return join(this.#root, "repositories", repository, part, "sha256", hexOf(digest), "link");
  }

  async #linkBlob(digest: Digest): Promise<void> {
    if (this.#linked.has(digest)) return;
    const data = this.#dataPath(digest);
    await mkdir(dirname(data), { recursive: true });
    try {
      await link(this.#store.blobPath(digest), data);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : "";
      if (code === "ENOENT")
        throw SlipwayError.of("BUNDLE_BLOB_MISSING", { blob: digest, component: "the registry" });
      if (code === "EXDEV" || code === "EPERM" || code === "EMLINK") await this.#copyBlob(digest, data);
      else if (code !== "EEXIST") throw error;
    }
    this.#linked.add(digest);
  }

  async #copyBlob(digest: Digest, data: string): Promise<void> {
    await copyFile(this.#store.blobPath(digest), `${data}.tmp`);
    await rename(`${data}.tmp`, data);
    this.copied += 1;
  }

  async #readManifest(descriptor: Descriptor): Promise<Manifest> {
    return Manifest.parse(await this.#readJson(descriptor.digest));
  }

  async #readJson(digest: Digest): Promise<unknown> {
    return JSON.parse(Buffer.from(await this.#store.readBlob(digest)).toString("utf8"));
  }

  async #writeLink(path: string, digest: Digest): Promise<void> {
    const current = await readFile(path, "utf8").catch(() => undefined);
    if (current !== digest) await this.#writeWhole(path, digest);
  }

  async #writeWhole(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.tmp`, content);
    await rename(`${path}.tmp`, path);
  }
}

const hexOf = (digest: Digest): string => digest.slice("sha256:".length);
