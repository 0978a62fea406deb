import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ANNOTATION, DOCKER, OCI } from "../../../contract/bundle/media-types.ts";
import { type Digest, Manifest, MAX_MANIFEST_BYTES, NestedIndex } from "../../../contract/bundle/manifest.ts";
import type { Architecture } from "../../../contract/bundle/components.ts";
import type { ComponentsLock } from "../../../contract/bundle/lock.ts";
import type { OciSource } from "../../../contract/bundle/sources.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import type { BuildTarget, ImagePuller } from "../../../core/ports/builders.ts";
import type { ByteSource } from "../../../core/ports/bundle.ts";
import { type BuilderSettings, withoutCredentials } from "../common/settings.ts";
import { parseReference } from "./reference.ts";
import { endpointOf, openRepository } from "./registry.ts";

/** Reads manifests and blobs of one image, wherever it lies. */
interface ImageOrigin {
  readonly description: string;
  manifest(
    version: string,
    signal: AbortSignal,
  ): Promise<{ readonly bytes: Uint8Array; readonly mediaType: string }>;
  blob(digest: Digest, signal: AbortSignal): Promise<ByteSource>;
}

/** Takes images by digest from any registry, a mirror of one, or a layout folder (`oci:FOLDER:TAG`). */
export const imagePuller = (
  settings: BuilderSettings,
  lock: () => Promise<ComponentsLock>,
): ImagePuller & {
  resolve(source: OciSource, lock: ComponentsLock, target: BuildTarget): Promise<ComponentsLock>;
} => {
  const locked = async (source: OciSource, architecture: Architecture): Promise<Digest> => {
    const digest = (await lock()).oci[source.reference]?.[architecture];
    if (digest === undefined)
      throw SlipwayError.of("BUILD_NOT_LOCKED", { name: source.reference, architecture });
    return digest;
  };
  return {
    identity: async (source, target) => `oci ${await locked(source, target.architecture)}`,
    cost: () => Promise.resolve({ cpuSeconds: 1, downloadBytes: 30e6, diskBytes: 30e6 }),
    pull: async (source, target) => {
      const digest = await locked(source, target.architecture);
      const { origin } = originOf(settings, source);
      const found = await origin.manifest(digest, target.signal);
      const actual = digestOf(found.bytes);
      if (actual !== digest) throw changed(source, { expected: digest, actual, from: origin.description });
      const manifest = parse(Manifest, found.bytes, source);
      const blobs = [manifest.config, ...manifest.layers];
      for (const [at, blob] of blobs.entries()) {
        target.onLine(`blob ${at + 1} of ${blobs.length}, ${blob.size} bytes`);
        if ((await target.into.sizeOf(blob.digest)) === blob.size) continue;
        await target.into.putBlob(
          await origin.blob(blob.digest, target.signal),
          { digest: blob.digest, size: blob.size, component: source.reference },
          target.signal,
        );
      }
      await target.into.putBlob(
        { bytes: found.bytes },
        { digest, size: found.bytes.length, component: source.reference },
        target.signal,
      );
      return {
        manifest: { mediaType: manifest.mediaType ?? found.mediaType, digest, size: found.bytes.length },
        blobs: blobs.map(({ digest, size }) => ({ digest, size })),
        origin: origin.description,
      };
    },
    resolve: async (source, into, target) => {
      const { origin, version } = originOf(settings, source);
      const digest = await selectPlatform(origin, { version, source, target });
      return {
        ...into,
        oci: {
          ...into.oci,
          [source.reference]: { ...into.oci[source.reference], [target.architecture]: digest },
        },
      };
    },
  };
};

const selectPlatform = async (
  origin: ImageOrigin,
  { version, source, target }: { version: string; source: OciSource; target: BuildTarget },
): Promise<Digest> => {
  const { bytes, mediaType } = await origin.manifest(version, target.signal);
  if (mediaType !== OCI.index && mediaType !== DOCKER.list) {
    parse(Manifest, bytes, source);
    return digestOf(bytes);
  }
  const index = parse(NestedIndex, bytes, source);
  const found = index.manifests.find(
    ({ platform }) => platform?.os === "linux" && platform.architecture === target.architecture,
  );
  if (found !== undefined) return found.digest;
  throw invalid(source, `it has no image for linux/${target.architecture}`);
};

const originOf = (
  settings: BuilderSettings,
  source: OciSource,
): { readonly origin: ImageOrigin; readonly version: string } => {
  const layout = /^oci:(.+):([^:/]+)$/.exec(source.reference);
  if (layout !== null) {
    const [, folder = "", tag = ""] = layout;
    return { origin: layoutOrigin(folder, source), version: tag };
  }
  const reference = parseReference(source.reference);
  const repository = openRepository(settings, endpointOf(settings, reference));
  const { base, repository: name } = repository.endpoint;
  return {
    version: reference.version,
    origin: {
      description: `${withoutCredentials(base)}/${name}`,
      manifest: async (version, signal) => {
        const response = await repository.manifest(version, signal);
        const bytes = new Uint8Array(await response.arrayBuffer());
        if (bytes.length > MAX_MANIFEST_BYTES)
          throw invalid(source, `its manifest has ${bytes.length} bytes`);
        return {
          bytes,
          mediaType: (response.headers.get("content-type") ?? OCI.manifest).split(";")[0] ?? "",
        };
      },
      blob: async (digest, signal) => {
        const { body } = await repository.blob(digest, signal);
        if (body === null) throw invalid(source, `${digest} came without content`);
        return { stream: body };
      },
    },
  };
};

const layoutOrigin = (folder: string, source: OciSource): ImageOrigin => {
  const blobPath = (digest: string): string => join(folder, "blobs", digest.replace(":", "/"));
  const readOrExplain = (path: string): Promise<Uint8Array> =>
    readFile(path).catch((cause: unknown) => {
      throw SlipwayError.of(
        "BUILD_SOURCE_UNREACHABLE",
        {
          component: source.reference,
          source: path,
          problem: cause instanceof Error ? cause.message : String(cause),
        },
        { cause },
      );
    });
  return {
    description: `layout ${folder}`,
    manifest: async (version) => {
      if (version.startsWith("sha256:")) {
        const bytes = await readOrExplain(blobPath(version));
        return { bytes, mediaType: parse(Manifest, bytes, source).mediaType ?? OCI.manifest };
      }
      const index = parse(NestedIndex, await readOrExplain(join(folder, "index.json")), source);
      const found = index.manifests.find(({ annotations }) => annotations?.[ANNOTATION.refName] === version);
      if (found === undefined) throw invalid(source, `the layout has no image tagged ${version}`);
      return { bytes: await readOrExplain(blobPath(found.digest)), mediaType: found.mediaType };
    },
    blob: (digest) => Promise.resolve({ path: blobPath(digest) }),
  };
};

const digestOf = (bytes: Uint8Array): Digest => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const parse = <T extends typeof Manifest | typeof NestedIndex>(
  schema: T,
  bytes: Uint8Array,
  source: OciSource,
): ReturnType<T["parse"]> => {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes))) as ReturnType<T["parse"]>;
  } catch (cause) {
    throw invalid(source, cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause));
  }
};

const invalid = (source: OciSource, problem: string): SlipwayError =>
  SlipwayError.of("BUILD_SOURCE_INVALID", { component: source.reference, source: source.reference, problem });

const changed = (
  source: OciSource,
  { expected, actual, from }: { expected: string; actual: string; from: string },
): SlipwayError =>
  SlipwayError.of("BUILD_CHECKSUM_CHANGED", {
    name: source.reference,
    expected,
    source: from,
    actual,
    component: source.reference,
  });
