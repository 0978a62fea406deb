import * as z from "zod";
import { Digest, MAX_BLOB_BYTES } from "../../contract/bundle/manifest.ts";

/**
 * A patch rebuilds one blob from another. It works on uncompressed content, so it names how the base is packed and which
 * pinned compressor packs the result. Layout: the 8 bytes of the magic, the length of the header (32 bits, little endian),
 * the header as JSON, then three zstd streams: control, difference, extra.
 *
 * Control is a list of triples of 64-bit little-endian numbers (position in the base, length of the difference, length of
 * the extra): take so many bytes of the base from there, add the next bytes of the difference modulo 256; then take so
 * many bytes of the extra as they are. This is bsdiff's scheme (Colin Percival, "Naive differences of executable code",
 * 2003) with absolute positions, so that the patches of several files fit into one.
 */
export const PATCH_MAGIC = new TextEncoder().encode("SLWPATCH");

/** Length of magic and header length. */
export const PATCH_PROLOGUE_BYTES = 12;

/** Largest header believed. */
export const MAX_PATCH_HEADER_BYTES = 65_536;

/** Bytes of one control triple. */
export const CONTROL_BYTES = 24;

const Length = z.int().min(0).max(MAX_BLOB_BYTES);
const StreamLengths = z.strictObject({ packed: Length, plain: Length });

/** How the content of a base blob is packed. */
export const BasePacking = z.enum(["none", "zstd", "gzip"]);
export type BasePacking = z.output<typeof BasePacking>;

/** What a patch is made from and what it makes, before its three streams. */
export const PatchHeader = z.strictObject({
  schema: z.literal(1),
  base: z.strictObject({ digest: Digest, packing: BasePacking, contentSize: Length }),
  target: z.strictObject({
    digest: Digest,
    contentDigest: Digest,
    contentSize: Length,
    compressor: z.string().nullable(),
  }),
  control: StreamLengths,
  difference: StreamLengths,
  extra: StreamLengths,
});
export type PatchHeader = Readonly<z.output<typeof PatchHeader>>;

/** One step of a patch. */
export interface ControlStep {
  readonly position: number;
  readonly difference: number;
  readonly extra: number;
}

/**
 * What is wrong with a header that is well formed: lengths that do not add up, or content so much larger than the blob
 * that only a decompression bomb explains it. Undefined when all is well.
 */
export const headerProblem = (
  header: PatchHeader,
  sizes: { patch: number; headerBytes: number; target: number; base: number },
): string | undefined => {
  const packed = header.control.packed + header.difference.packed + header.extra.packed;
  if (PATCH_PROLOGUE_BYTES + sizes.headerBytes + packed !== sizes.patch) return "its streams do not fill it";
  if (header.difference.plain + header.extra.plain !== header.target.contentSize) {
    return "its streams do not make up the content";
  }
  if (header.control.plain % CONTROL_BYTES !== 0) return "its control stream is not a list of triples";
  if (header.control.plain > header.target.contentSize * CONTROL_BYTES + CONTROL_BYTES) {
    return "its control stream is absurdly long";
  }
  if (header.target.contentSize > plausibleContent(sizes.target)) return "its content is absurdly large";
  if (header.base.contentSize > plausibleContent(sizes.base)) return "its base is absurdly large";
  return undefined;
};

/** Nothing worth shipping shrinks more than a thousandfold. */
const plausibleContent = (packed: number): number => packed * 1024 + 64 * 2 ** 20;

/** Reads one triple. */
export const readControl = (bytes: Uint8Array): ControlStep => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, CONTROL_BYTES);
  return {
    position: Number(view.getBigUint64(0, true)),
    difference: Number(view.getBigUint64(8, true)),
    extra: Number(view.getBigUint64(16, true)),
  };
};

/** Writes one triple. */
export const writeControl = (step: ControlStep): Uint8Array => {
  const bytes = new Uint8Array(CONTROL_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(step.position), true);
  view.setBigUint64(8, BigInt(step.difference), true);
  view.setBigUint64(16, BigInt(step.extra), true);
  return bytes;
};
