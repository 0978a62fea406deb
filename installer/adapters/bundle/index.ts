import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { SlipwayError } from "../../contract/errors/index.ts";
import { orderParts } from "../../core/bundle/parts.ts";
import type { BundleKeys, Bundles } from "../../core/ports/bundle-transport.ts";
import { closureOf } from "./bundles.ts";
import { checkStore, collectGarbage } from "./care.ts";
import { planDelta } from "./delta.ts";
import { problemOf, systemCode, writeFailure } from "./errors.ts";
import { planTransport, writeTransport } from "./export.ts";
import { httpSource } from "./http-source.ts";
import { importTransport } from "./import.ts";
import { makeKeyPair, openSigner, readPublicKey } from "./keys.ts";
import { writeOutput } from "./output.ts";
import { fileSource, pipeSource, type TransportSource } from "./source.ts";
import type { BundleStore } from "./store.ts";
import { openTransport, verifyTransport } from "./verify.ts";

/** A transport file by what the operator typed: `-` for the pipe, an URL, a file, or its parts in any order. */
export const openSource = async (
  locations: readonly string[],
  pipe: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<TransportSource> => {
  const [only] = locations;
  if (locations.length === 1 && only === "-") return pipeSource("standard input", pipe);
  if (locations.length === 1 && only !== undefined && /^https?:\/\//.test(only))
    return httpSource(only, signal);
  const { name, paths } = orderParts(locations);
  return fileSource(name, paths);
};

/** A store with everything that can be done to it. `pipe` is what `-` reads. */
export const bundlesOf = (store: BundleStore, pipe: AsyncIterable<Uint8Array>): Bundles => ({
  sizeOf: async (digest) => store.sizeOf(digest),
  hasBlob: async (digest) => store.hasBlob(digest),
  openBlob: (digest, range) => store.openBlob(digest, range),
  readBlob: async (digest, limit) => store.readBlob(digest, limit),
  blobPath: (digest) => store.blobPath(digest),
  putBlob: async (source, expected, signal) => store.putBlob(source, expected, signal),
  putCompressed: async (source, signal) => store.putCompressed(source, signal),
  putJson: async (mediaType, value) => store.putJson(mediaType, value),
  publish: async (index, about, signal) => store.publish(index, about, signal),
  bundles: async () => store.bundles(),
  closure: async ({ index }) => closureOf(store, index),
  verify: async (locations, approve, run) =>
    verifyTransport(await openSource(locations, pipe, run.signal), {
      ...run,
      approve: async (...of) => void (await approve(...of)),
    }),
  peek: async (locations, run) => {
    const source = await openSource(locations, pipe, run.signal);
    const { head, input } = await openTransport(source, { ...run, approve: () => {} });
    await input.close();
    return head;
  },
  import: async (locations, options) =>
    importTransport(store, await openSource(locations, pipe, options.signal), options),
  export: async ({ bundle, path, partBytes, since, scratch }, { onProgress, signal }) => {
    const folder = await mkdtemp(join(scratch ?? store.folder("scratch"), "patches-"));
    try {
      const difference =
        since === undefined
          ? undefined
          : await planDelta(store, { bundle, since }, { folder, onProgress, signal });
      const plan = await planTransport(store, bundle, difference);
      const total = plan.head.totalBytes;
      const parts = await writeOutput(writeTransport(plan, signal), {
        path,
        totalBytes: total,
        onBytes: (done) => onProgress({ stage: "export", done, total, unit: "bytes" }),
        ...(partBytes === undefined ? {} : { partBytes }),
      });
      const { present = [], patches = [] } = difference?.delta ?? {};
      return { parts, omitted: present.length, patched: patches.length };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  resign: async (bundle, envelope, trust) => {
    using _lock = await store.lock();
    const about = { ...bundle.record, trust, digest: bundle.record.index };
    return store.addBundle({ ...bundle, envelope }, about);
  },
  remove: async (digest) => {
    using _lock = await store.lock();
    await store.removeBundle(digest);
  },
  collect: async (options) => collectGarbage(store, options),
  check: async (options) => checkStore(store, options),
});

/** Keys in files beside each other: `<path>.key` and `<path>.pub`. */
export const bundleKeys: BundleKeys = {
  create: async (path, type, passphrase) => {
    const { privatePem, publicPem, keyId } = await makeKeyPair(type, passphrase);
    await writeNew(`${path}.key`, privatePem, 0o600);
    await writeNew(`${path}.pub`, publicPem, 0o644);
    return { keyId, publicKey: publicPem };
  },
  open: async (path, passphrase) => openSigner(await readKey(path), passphrase, path),
  readPublic: async (path) => readPublicKey(await readKey(path), path),
};

const writeNew = async (path: string, content: string, mode: number): Promise<void> => {
  try {
    const handle = await open(path, "wx", mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw SlipwayError.of("BUNDLE_KEY_EXISTS", { file: path });
    throw writeFailure(error, path, path);
  }
};

const readKey = async (path: string): Promise<string> => {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw SlipwayError.of("BUNDLE_KEY_UNREADABLE", { file: path, problem: problemOf(cause) }, { cause });
  }
};
