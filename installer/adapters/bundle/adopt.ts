import type { BundleRecord } from "../../contract/bundle/index.ts";
import type { Digest } from "../../contract/bundle/manifest.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { PublishInfo } from "../../core/ports/bundle.ts";
import { closureOf } from "./bundles.ts";
import type { BundleStore } from "./store.ts";

/**
 * Takes a bundle of one store into another one of this computer. Every blob is verified on the way; what is there already
 * is left alone, so a killed adoption goes on where it was.
 */
export const adoptBundle = async (
  { from, to }: { readonly from: BundleStore; readonly to: BundleStore },
  digest: Digest,
  { about, signal }: { readonly about: PublishInfo; readonly signal: AbortSignal },
): Promise<BundleRecord> => {
  using _lock = await to.lock();
  const bundle = (await from.bundles()).find(({ record }) => record.index === digest);
  if (bundle === undefined) throw SlipwayError.of("BUNDLE_NOT_FOUND", { bundle: digest });
  for (const { digest: blob, size, component } of await closureOf(from, bundle.index)) {
    if ((await to.sizeOf(blob)) === size) continue;
    await to.putBlob({ path: from.blobPath(blob) }, { digest: blob, size, component }, signal);
  }
  return to.publish(bundle.index, about, signal);
};
