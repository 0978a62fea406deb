import { availableParallelism } from "node:os";
import type { Delta, Envelope } from "../../contract/bundle/index.ts";
import type { Digest } from "../../contract/bundle/manifest.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { canonicalBytes } from "../../core/bundle/canonical.ts";
import { checkDigest } from "../../core/bundle/reader.ts";
import { TAR_TRAILER_BYTES, tarHeader, tarPadding } from "../../core/bundle/tar.ts";
import {
  headBytes,
  LAYOUT_BYTES,
  layOut,
  TRANSPORT,
  type TransportEntry,
  type TransportHead,
} from "../../core/bundle/transport.ts";
import type { StoredBundle } from "../../core/ports/bundle.ts";
import { walkStored } from "./bundles.ts";
import { systemCode, throwIfCancelled } from "./errors.ts";
import { readPieces, turnBuffers } from "./files.ts";
import { digestOf } from "./hasher.ts";
import { HashPool } from "./hash-pool.ts";
import type { BundleStore } from "./store.ts";

/** A transport file that has not been written yet: every byte of it is decided. */
export interface PlannedTransport {
  readonly head: Pick<TransportHead, "manifests" | "payload" | "totalBytes">;
  readonly first: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** Where the content of an entry lies now. */
  pathOf(entry: TransportEntry): string;
}

/** What a delta adds to a plan: its list, and where the patches are. */
export interface PlannedDelta {
  readonly delta: Delta;
  patchPath(patch: Digest): string;
}

/** Lays a stored bundle out as a transport file. Equal bundles (and deltas) give equal plans. */
export const planTransport = async (
  store: BundleStore,
  bundle: StoredBundle,
  difference?: PlannedDelta,
): Promise<PlannedTransport> => {
  const deltaBytes = difference === undefined ? undefined : canonicalBytes(difference.delta);
  const envelope: Envelope = {
    ...bundle.envelope,
    ...(deltaBytes === undefined ? {} : { delta: digestOf(deltaBytes) }),
  };
  const signature = envelope.signatures[0]?.signature;
  const first = [
    { name: TRANSPORT.layout, bytes: LAYOUT_BYTES },
    { name: TRANSPORT.index, bytes: bundle.indexBytes },
    { name: TRANSPORT.envelope, bytes: canonicalBytes(envelope) },
    ...(signature === undefined ? [] : [{ name: TRANSPORT.signature, bytes: Buffer.from(signature) }]),
    ...(deltaBytes === undefined ? [] : [{ name: TRANSPORT.delta, bytes: deltaBytes }]),
  ];
  const walk = await walkStored(store, bundle.index);
  const head = layOut(walk, difference?.delta, headBytes(first.map(({ bytes }) => bytes.length)));
  return {
    head,
    first,
    pathOf: (entry) =>
      entry.patch === undefined || difference === undefined
        ? store.blobPath(entry.digest)
        : difference.patchPath(entry.digest),
  };
};

/**
 * The bytes of a planned transport file. With `verify` the blobs are hashed on the way, on other cores, so that a blob
 * that went bad on the builder's disk never leaves: the stream then fails instead of ending. A piece is good until the
 * next is asked for.
 */
export async function* writeTransport(
  plan: PlannedTransport,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  for (const { name, bytes } of plan.first) {
    yield tarHeader(name, bytes.length);
    yield bytes;
    yield new Uint8Array(tarPadding(bytes.length));
  }
  await using check = checkContent(plan);
  const buffers = turnBuffers();
  for (const entry of [...plan.head.manifests, ...plan.head.payload]) {
    yield tarHeader(entry.name, entry.size);
    let sent = 0;
    try {
      for await (const piece of readPieces(plan.pathOf(entry), { end: entry.size }, buffers)) {
        throwIfCancelled(signal);
        sent += piece.length;
        yield piece;
      }
    } catch (error) {
      throw missing(error, entry);
    }
    if (sent !== entry.size) throw wrongSize(entry, sent);
    yield new Uint8Array(tarPadding(entry.size));
  }
  await check.result;
  yield new Uint8Array(TAR_TRAILER_BYTES);
}

/** Hashes all content beside the stream that sends it; the archive gets its end only when every digest fits. */
const checkContent = (plan: PlannedTransport): AsyncDisposable & { result: Promise<void> } => {
  // One core is busy with reading, writing and the checksum of the whole.
  const pool = new HashPool(Math.max(1, availableParallelism() - 1));
  const entries = [...plan.head.manifests, ...plan.head.payload];
  const result = Promise.all(
    entries.map(async (entry) => {
      const reply = await pool.run([{ path: plan.pathOf(entry), start: 0, end: entry.size }]);
      if ("hex" in reply) checkDigest(entry, `sha256:${reply.hex}`);
      else if ("truncatedAt" in reply) throw wrongSize(entry, reply.truncatedAt);
      else throw missing(new Error("problem" in reply ? reply.problem : reply.failed), entry);
    }),
  ).then(() => {});
  // Awaited at the end of the stream; until then a failure must not count as unhandled.
  result.catch(() => {});
  return { result, [Symbol.asyncDispose]: async () => pool[Symbol.asyncDispose]() };
};

const wrongSize = (entry: TransportEntry, actual: number): SlipwayError =>
  SlipwayError.of("BUNDLE_BLOB_SIZE", {
    blob: entry.digest,
    component: entry.component,
    actual,
    expected: entry.size,
  });

const missing = (error: unknown, entry: TransportEntry): SlipwayError => {
  if (error instanceof SlipwayError) return error;
  const where = { blob: entry.digest, component: entry.component };
  if (systemCode(error) === "ENOENT") return SlipwayError.of("BUNDLE_BLOB_MISSING", where, { cause: error });
  const problem = error instanceof Error ? error.message : String(error);
  return SlipwayError.of(
    "BUNDLE_READ_FAILED",
    { file: entry.name, offset: 0, item: `${entry.component} (${entry.digest})`, problem },
    { cause: error },
  );
};
