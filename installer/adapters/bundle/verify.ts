import type { Digest } from "../../contract/bundle/manifest.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { ByteReader } from "../../core/bundle/byte-reader.ts";
import { type HeadHooks, readHead } from "../../core/bundle/reader.ts";
import type { TransportHead } from "../../core/bundle/transport.ts";
import type { OnProgress } from "../../core/ports/bundle.ts";
import { newHasher } from "./hasher.ts";
import { takePayload } from "./payload.ts";
import type { TransportSource } from "./source.ts";

/** Decides about the signatures of a bundle; throws to refuse it. */
export type Approve = HeadHooks["approve"];

/** Who judges the signatures, and who follows the reading. */
export interface VerifyOptions {
  readonly approve: Approve;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** A head that was read, its manifests, and the stream that stands right behind it. */
export interface OpenedTransport {
  readonly head: TransportHead;
  readonly manifests: ReadonlyMap<Digest, Uint8Array>;
  readonly input: ByteReader;
}

/** Most bytes of manifests that are kept in memory; a bundle of 1,000 images has about 3 MB. */
const MAX_MANIFESTS_BYTES = 64 * 2 ** 20;

/** Reads and judges what stands before the blobs. Writes nothing. */
export const openTransport = async (
  source: TransportSource,
  options: Pick<VerifyOptions, "approve" | "signal">,
): Promise<OpenedTransport> => {
  const input = new ByteReader(source.open(0, options.signal), source.name);
  const manifests = new Map<Digest, Uint8Array>();
  let bytes = 0;
  try {
    const head = await readHead(input, {
      newHasher,
      approve: options.approve,
      onManifest: (entry, content) => {
        bytes += content.length;
        if (bytes > MAX_MANIFESTS_BYTES) {
          throw SlipwayError.of("BUNDLE_SIZE_ABSURD", {
            item: "the manifests",
            bytes,
            limit: MAX_MANIFESTS_BYTES,
          });
        }
        manifests.set(entry.digest, Buffer.from(content));
      },
    });
    return { head, manifests, input };
  } catch (error) {
    await input.close();
    throw error;
  }
};

/** Checks every bit of a transport file and writes nothing. Resolves with what it holds. */
export const verifyTransport = async (
  source: TransportSource,
  options: VerifyOptions,
): Promise<TransportHead> => {
  const { head, input } = await openTransport(source, options);
  const target = {
    wants: () => true,
    path: () => undefined,
    done: async () => {},
    failed: async () => {},
    sink: async () => undefined,
  };
  try {
    await takePayload({ ...options, source, head, target, stage: "verify" }, input);
    return head;
  } finally {
    await input.close();
  }
};
