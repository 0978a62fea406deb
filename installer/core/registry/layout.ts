import type { Digest } from "../../contract/bundle/manifest.ts";
import type { ReleaseBlob, ReleaseImage } from "../ports/release.ts";

/** Root of the registry's storage on a machine. */
export const registryRoot = "/var/lib/slipway/registry";

/** A small file that holds a digest: how Distribution's filesystem driver says that a repository has a blob. */
export interface RegistryLink {
  /** Relative to the root of the storage. */
  readonly path: string;
  readonly digest: Digest;
}

const BASE = "docker/registry/v2";

const hex = (digest: Digest): string => digest.slice("sha256:".length);

/** Where a blob lies, relative to the root (distribution/registry/storage/paths.go: `blobDataPathSpec`). */
export const blobDataPath = (digest: Digest): string =>
  `${BASE}/blobs/sha256/${hex(digest).slice(0, 2)}/${hex(digest)}/data`;

/** Every blob that serving these images takes, manifests included, each once, in the order of the images. */
export const registryBlobs = (
  images: readonly Pick<ReleaseImage, "manifests" | "blobs">[],
): readonly ReleaseBlob[] => {
  const seen = new Map<Digest, ReleaseBlob>();
  for (const { manifests, blobs } of images) {
    for (const { digest, size } of [...manifests, ...blobs]) seen.set(digest, { digest, size });
  }
  return [...seen.values()];
};

/** Name and tag of an image as the site's registries keep it: the upstream registry is the first part of the name. */
export const repositoryOf = (image: string): { readonly repository: string; readonly tag: string } => {
  const at = image.lastIndexOf(":");
  return at > image.lastIndexOf("/")
    ? { repository: image.slice(0, at), tag: image.slice(at + 1) }
    : { repository: image, tag: "latest" };
};

/**
 * The link files of the images; the tag comes last, so that an image can be seen once it is whole. An image without a
 * tag that a digest names works through its revision.
 */
export const registryLinks = (
  images: readonly Pick<ReleaseImage, "name" | "digest" | "manifests" | "blobs">[],
): readonly RegistryLink[] => {
  const content: RegistryLink[] = [];
  const tags: RegistryLink[] = [];
  for (const image of images) {
    const { repository, tag } = repositoryOf(image.name);
    const folder = `${BASE}/repositories/${repository}`;
    for (const { digest } of image.blobs) {
      content.push({ path: `${folder}/_layers/sha256/${hex(digest)}/link`, digest });
    }
    for (const { digest } of image.manifests) {
      content.push({ path: `${folder}/_manifests/revisions/sha256/${hex(digest)}/link`, digest });
    }
    const tagged = `${folder}/_manifests/tags/${tag}`;
    tags.push(
      { path: `${tagged}/index/sha256/${hex(image.digest)}/link`, digest: image.digest },
      { path: `${tagged}/current/link`, digest: image.digest },
    );
  }
  return [...content, ...tags];
};
