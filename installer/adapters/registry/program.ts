import { createReadStream, createWriteStream } from "node:fs";
import { access, chmod, constants, mkdir, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { type Descriptor, type Digest, Manifest } from "../../contract/bundle/manifest.ts";
import { ANNOTATION, SLIPWAY } from "../../contract/bundle/media-types.ts";
import type { BlobReader, StoredBundle } from "../../core/ports/bundle.ts";

/** File name of CNCF Distribution's server, in bundles and upstream. */
const PROGRAM = "registry";
/** What the system may have of it; Debian calls it docker-registry. */
const INSTALLED = [PROGRAM, "docker-registry"];

/**
 * The registry program: that of the newest bundle that brings one for this computer, unpacked into `folder`, otherwise an
 * installed one. Undefined when there is none.
 */
export const findProgram = async (
  store: BlobReader,
  { bundles, folder }: { readonly bundles: readonly StoredBundle[]; readonly folder: string },
): Promise<string | undefined> => {
  for (const { index } of bundles.toReversed()) {
    for (const entry of index.manifests.filter(isForHere)) {
      const layer = await programIn(store, entry.digest);
      if (layer !== undefined) return unpacked(store, layer, folder);
    }
  }
  return installed(process.env["PATH"] ?? "");
};

const isForHere = ({ annotations }: Descriptor): boolean => {
  const here = process.arch === "x64" ? "amd64" : process.arch;
  return annotations?.[ANNOTATION.kind] === "file" && annotations[ANNOTATION.arch] === here;
};

const programIn = async (store: BlobReader, manifest: Digest): Promise<Descriptor | undefined> => {
  const parsed = Manifest.safeParse(JSON.parse(Buffer.from(await store.readBlob(manifest)).toString("utf8")));
  return parsed.data?.layers.find((layer) => layer.annotations?.[ANNOTATION.title] === PROGRAM);
};

/** Named by the blob's digest: a program that runs is never written over. */
const unpacked = async (store: BlobReader, layer: Descriptor, folder: string): Promise<string> => {
  const path = join(folder, `${PROGRAM}-${layer.digest.slice("sha256:".length, "sha256:".length + 16)}`);
  if (await isProgram(path)) return path;
  await mkdir(folder, { recursive: true });
  const partial = `${path}.part`;
  try {
    const source = createReadStream(store.blobPath(layer.digest));
    const target = createWriteStream(partial, { flush: true });
    if (layer.mediaType === SLIPWAY.fileZstd) await pipeline(source, createZstdDecompress(), target);
    else await pipeline(source, target);
    await chmod(partial, 0o755);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
};

const installed = async (path: string): Promise<string | undefined> => {
  for (const folder of path.split(delimiter).filter((part) => part !== "")) {
    for (const name of INSTALLED) if (await isProgram(join(folder, name))) return join(folder, name);
  }
  return undefined;
};

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
