import type { Descriptor, Digest } from "../../contract/bundle/manifest.ts";
import { Manifest, NestedIndex } from "../../contract/bundle/manifest.ts";
import { ANNOTATION, DOCKER, OCI } from "../../contract/bundle/media-types.ts";
import { SlipwayError, toWire } from "../../contract/errors/index.ts";
import { imagesOf, referrersIndex, referrersTag, signatureTag } from "../../core/bundle/image-signature.ts";
import type { BlobReader, OnProgress, StoredBundle } from "../../core/ports/bundle.ts";
import type { PushBundle, PushFailure, PushSummary } from "../../core/ports/bundle-push.ts";
import type { HttpReply } from "./http-call.ts";
import { splitName } from "./layout.ts";
import { BlobPusher } from "./push-blobs.ts";
import { type RegistryClient, registryClient } from "./registry-client.ts";

/** One tag to be set, and what has to be there before. */
interface Errand {
  readonly name: string;
  readonly repository: string;
  /** Undefined: known by its digest only. */
  readonly tag: string | undefined;
  readonly root: Descriptor;
  readonly blobs: readonly Descriptor[];
  /** The image that a signature belongs to. */
  readonly subject?: Digest;
  /** Children first; the last is the root. */
  readonly manifests: readonly Descriptor[];
}

/**
 * Pushes every image of a bundle, and its signature, into another registry. A blob travels once whatever needs it: it is
 * looked for first, then taken over from a repository of the registry that has it, then sent. Run again after any
 * failure it goes on where it was. An image's tag is set last, so that what can be pulled is complete.
 */
export const pushBundle: PushBundle = async (store, bundle, { target, options }) => {
  using client = registryClient(target, options);
  const errands = await errandsOf(store, bundle, target.prefix);
  const blobs = new BlobPusher(store, client, { parallel: options.parallel });
  const tracker = progressOf(errands, options.onProgress);
  const failed: PushFailure[] = [];
  const images: { name: string; digest: Digest }[] = [];
  const queue = [...errands];
  const stopped = (): boolean =>
    options.signal.aborted || (failed.length > 0 && options.continueOnError === "no");
  const lane = async (): Promise<void> => {
    while (!stopped()) {
      const errand = queue.shift();
      if (errand === undefined) return;
      try {
        await Promise.all(
          errand.blobs.map(async (blob) => {
            await blobs.bring(errand.repository, blob);
            tracker(errand, blob);
          }),
        );
        await putManifests(client, store, errand);
        images.push({ name: errand.name, digest: errand.root.digest });
      } catch (error) {
        failed.push({ image: errand.name, error: toWire(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.parallel) }, lane));
  if (options.signal.aborted) throw SlipwayError.of("CANCELLED", {});
  const { counts, bytesSent } = blobs;
  return {
    images: images.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    failed,
    untried: queue.map(({ name }) => name),
    blobs: counts,
    bytesSent,
    retries: client.retries(),
  } satisfies PushSummary;
};

const progressOf = (
  errands: readonly Errand[],
  onProgress: OnProgress,
): ((errand: Errand, blob: Descriptor) => void) => {
  const sizes = new Map(
    errands.flatMap(({ blobs }) => blobs.map(({ digest, size }) => [digest, size] as const)),
  );
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  let done = 0;
  return ({ name }, { digest }) => {
    done += sizes.get(digest) ?? 0;
    sizes.delete(digest);
    onProgress({ stage: "push", done, total, unit: "bytes", item: name });
  };
};

const errandsOf = async (
  store: BlobReader,
  { index }: StoredBundle,
  prefix: string,
): Promise<readonly Errand[]> => {
  const inTarget = (repository: string): string => (prefix === "" ? repository : `${prefix}/${repository}`);
  const images = await Promise.all(
    imagesOf(index).map(async (image) => {
      const { repository, tag } = splitName(image.name);
      return errandFor(store, image, { name: image.name, repository: inTarget(repository), tag });
    }),
  );
  const signatures: Errand[] = [];
  for (const descriptor of index.manifests) {
    if (descriptor.annotations?.[ANNOTATION.kind] !== "signature") continue;
    const subject = Manifest.parse(await readJson(store, descriptor.digest)).subject?.digest;
    for (const image of images.filter(({ root }) => root.digest === subject)) {
      const tag = signatureTag(image.root.digest);
      const { repository, name } = image;
      const names = { name: `signature of ${name}`, repository, tag, subject: image.root.digest };
      signatures.push(await errandFor(store, descriptor, names));
    }
  }
  return [...images, ...signatures];
};

const errandFor = async (
  store: BlobReader,
  root: Descriptor,
  names: Pick<Errand, "name" | "repository" | "tag" | "subject">,
): Promise<Errand> => {
  const manifests: Descriptor[] = [];
  const blobs = new Map<Digest, Descriptor>();
  const visit = async (descriptor: Descriptor): Promise<void> => {
    const json = await readJson(store, descriptor.digest);
    if (descriptor.mediaType === OCI.index || descriptor.mediaType === DOCKER.list) {
      for (const child of NestedIndex.parse(json).manifests) await visit(child);
    } else {
      const { config, layers } = Manifest.parse(json);
      for (const blob of [config, ...layers]) blobs.set(blob.digest, blob);
    }
    manifests.push(descriptor);
  };
  await visit(root);
  return { ...names, root, manifests, blobs: [...blobs.values()] };
};

const putManifests = async (client: RegistryClient, store: BlobReader, errand: Errand): Promise<void> => {
  const { root, tag, subject } = errand;
  for (const { digest, mediaType } of errand.manifests) {
    const bytes = await store.readBlob(digest);
    const name = digest === root.digest && tag !== undefined ? tag : digest;
    const reply = await putManifest(client, errand, { name, mediaType, bytes });
    // A registry that keeps lists of referrers says so by this header; for others the list is a tag (OCI distribution 1.1).
    if (subject === undefined || reply.headers["oci-subject"] !== undefined) continue;
    const list = { name: referrersTag(subject), mediaType: OCI.index, bytes: referrersIndex([root]) };
    await putManifest(client, errand, list);
  }
};

const putManifest = async (
  client: RegistryClient,
  errand: Errand,
  { name, mediaType, bytes }: { name: string; mediaType: string; bytes: Uint8Array },
): Promise<HttpReply> =>
  client.call({
    method: "PUT",
    path: `/v2/${errand.repository}/manifests/${name}`,
    headers: { "content-type": mediaType },
    body: { size: bytes.length, open: () => once(bytes) },
    scopes: [`repository:${errand.repository}:pull,push`],
    accept: [200, 201, 202],
    item: errand.name,
  });

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

const readJson = async (store: BlobReader, digest: Digest): Promise<unknown> =>
  JSON.parse(Buffer.from(await store.readBlob(digest)).toString("utf8"));
