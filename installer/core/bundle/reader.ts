import { BundleIndex, Delta, Envelope, MAX_INDEX_BYTES } from "../../contract/bundle/index.ts";
import { type Digest, MAX_BLOB_BYTES } from "../../contract/bundle/manifest.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { ByteReader } from "./byte-reader.ts";
import { parseCanonical } from "./canonical.ts";
import { BundleWalk } from "./order.ts";
import {
  isUnsafePath,
  readTarHeader,
  TAR_BLOCK,
  TAR_TRAILER_BYTES,
  tarHeader,
  tarKind,
  tarPadding,
} from "./tar.ts";
import {
  blobName,
  LAYOUT_BYTES,
  layOut,
  TRANSPORT,
  type TransportEntry,
  type TransportHead,
} from "./transport.ts";

/** SHA-256 in steps; adapters bring the implementation. */
export interface Hasher {
  update(bytes: Uint8Array): unknown;
  hex(): string;
}
/** Makes a hasher for one blob. */
export type NewHasher = () => Hasher;

/** Takes the verified stream of one blob. `end` is called only when digest and size fit; else `abort`. */
export interface BlobSink {
  write(bytes: Uint8Array): Promise<void> | void;
  end(): Promise<void>;
  abort(): Promise<void>;
}

/** What a reader of the head asks of its caller. */
export interface HeadHooks {
  readonly newHasher: NewHasher;
  /** Decides whether to believe the signatures; throws to refuse. Called before anything else of the file is used. */
  approve(index: Digest, indexBytes: Uint8Array, envelope: Envelope): Promise<void> | void;
  /** Gets each manifest once its digest fits. */
  onManifest?(entry: { digest: Digest; component: string }, bytes: Uint8Array): Promise<void> | void;
}

/** Where the blobs behind the head go. */
export interface PayloadHooks {
  readonly newHasher: NewHasher;
  /** Where to put a blob or patch; undefined: check it and let it go. */
  open(entry: TransportEntry): Promise<BlobSink | undefined>;
}

/**
 * Reads layout marker, index, signatures and manifests, refusing anything that differs by one bit from what the writer
 * would have written. Afterwards the place, size and digest of every further byte are known.
 */
export const readHead = async (input: ByteReader, hooks: HeadHooks): Promise<TransportHead> => {
  await readLayoutMarker(input);
  const indexBytes = await readSized(input, TRANSPORT.index);
  const indexDigest = digestOf(hooks.newHasher, indexBytes);
  const envelopeBytes = await readSized(input, TRANSPORT.envelope);
  const envelope = parse(Envelope, envelopeBytes, (problem) =>
    SlipwayError.of("BUNDLE_ENVELOPE_BAD", { problem }),
  );
  if (envelope.index !== indexDigest) {
    throw SlipwayError.of("BUNDLE_INDEX_BAD", {
      problem: `its digest is ${indexDigest}, not ${envelope.index}`,
    });
  }
  await hooks.approve(indexDigest, indexBytes, envelope);
  await readPlainSignature(input, envelope);
  const index = parse(BundleIndex, indexBytes, (problem) => SlipwayError.of("BUNDLE_INDEX_BAD", { problem }));
  const delta =
    envelope.delta === undefined ? undefined : await readDelta(input, hooks.newHasher, envelope.delta);
  const start = input.position;
  const walk = new BundleWalk(index);
  for (let entry = walk.nextManifest(); entry !== undefined; entry = walk.nextManifest()) {
    const name = blobName(entry.digest);
    await readHeader(input, name, entry);
    const bytes = await input.take(entry.size);
    checkDigest(entry, digestOf(hooks.newHasher, bytes));
    await readPadding(input, entry.size);
    walk.accept(bytes);
    await hooks.onManifest?.(entry, bytes);
  }
  checkDelta(walk, delta);
  return { index, indexBytes, indexDigest, envelope, delta, ...layOut(walk, delta, start) };
};

/** Reads everything after the head in one pass, hashing while it streams into the sinks. */
export const readPayload = async (
  input: ByteReader,
  head: TransportHead,
  hooks: PayloadHooks,
): Promise<void> => {
  for (const entry of head.payload) await readEntry(input, entry, hooks);
  await readTrailer(input);
};

/** Reads one blob or patch: header, content into its sink, filling. */
export const readEntry = async (
  input: ByteReader,
  entry: TransportEntry,
  hooks: PayloadHooks,
): Promise<void> => {
  await readHeader(input, entry.name, entry);
  const sink = await hooks.open(entry);
  try {
    const hasher = hooks.newHasher();
    for await (const piece of input.pieces(entry.size)) {
      hasher.update(piece);
      if (sink !== undefined) await sink.write(piece);
    }
    checkDigest(entry, `sha256:${hasher.hex()}`);
    await readPadding(input, entry.size);
  } catch (error) {
    await sink?.abort();
    throw error;
  }
  await sink?.end();
};

/** The two zero blocks and nothing after them. */
export const readTrailer = async (input: ByteReader): Promise<void> => {
  input.item = "the end of the archive";
  const offset = input.position;
  const trailer = await input.take(TAR_TRAILER_BYTES);
  if (!isZero(trailer)) {
    const found = readTarHeader(trailer.subarray(0, TAR_BLOCK)).name;
    throw isZero(trailer.subarray(0, TAR_BLOCK))
      ? SlipwayError.of("BUNDLE_PADDING_BAD", { item: "the end of the archive", offset })
      : SlipwayError.of("BUNDLE_ENTRY_UNEXPECTED", {
          found: JSON.stringify(found),
          expected: "the end of the archive",
          offset,
        });
  }
  await input.expectEnd();
};

/** Rejects a blob whose content is not what its name says. */
export const checkDigest = (entry: { digest: Digest; component: string }, actual: string): void => {
  if (actual === entry.digest) return;
  throw SlipwayError.of("BUNDLE_BLOB_DIGEST", { blob: entry.digest, component: entry.component, actual });
};

/** Rejects a header that differs from the canonical one, and says in which way. */
export const checkHeader = (
  found: Uint8Array,
  expected: { name: string; size: number; digest?: Digest; component?: string },
  offset: number,
): void => {
  const canonical = tarHeader(expected.name, expected.size);
  if (sameBytes(found, canonical)) return;
  const fields = readTarHeader(found);
  const item = expected.component ?? expected.name;
  checkFields(fields, { name: expected.name, item }, offset);
  if (fields.size !== expected.size) {
    throw SlipwayError.of("BUNDLE_BLOB_SIZE", {
      blob: expected.digest ?? expected.name,
      component: item,
      actual: fields.size,
      expected: expected.size,
    });
  }
  throw SlipwayError.of("BUNDLE_HEADER_BAD", { item, offset, problem: "a field is not in its fixed form" });
};

const checkFields = (
  fields: ReturnType<typeof readTarHeader>,
  expected: { name: string; item: string },
  offset: number,
): void => {
  if (fields.empty) {
    throw SlipwayError.of("BUNDLE_ENTRY_UNEXPECTED", {
      found: "the end of the archive",
      expected: expected.item,
      offset,
    });
  }
  if (!fields.checksumFits) {
    throw SlipwayError.of("BUNDLE_HEADER_BAD", {
      item: expected.item,
      offset,
      problem: "its checksum does not fit",
    });
  }
  const found = JSON.stringify(fields.name);
  if (isUnsafePath(fields.name)) throw SlipwayError.of("BUNDLE_PATH_UNSAFE", { found });
  if (fields.type !== "0" && fields.type !== "\0") {
    throw SlipwayError.of("BUNDLE_ENTRY_KIND", { found, kind: tarKind(fields.type) });
  }
  if (fields.name !== expected.name) {
    throw SlipwayError.of("BUNDLE_ENTRY_UNEXPECTED", { found, expected: expected.item, offset });
  }
  if (!(fields.size <= MAX_BLOB_BYTES)) {
    throw SlipwayError.of("BUNDLE_SIZE_ABSURD", {
      item: expected.item,
      bytes: fields.size,
      limit: MAX_BLOB_BYTES,
    });
  }
};

const readHeader = async (
  input: ByteReader,
  name: string,
  entry: { size: number; digest: Digest; component: string },
): Promise<void> => {
  input.item = `${entry.component} (${entry.digest})`;
  const offset = input.position;
  checkHeader(await input.take(TAR_BLOCK), { name, ...entry }, offset);
};

const readPadding = async (input: ByteReader, size: number): Promise<void> => {
  const offset = input.position;
  if (!isZero(await input.take(tarPadding(size)))) {
    throw SlipwayError.of("BUNDLE_PADDING_BAD", { item: input.item, offset });
  }
};

const readLayoutMarker = async (input: ByteReader): Promise<void> => {
  input.item = TRANSPORT.layout;
  checkHeader(await input.take(TAR_BLOCK), { name: TRANSPORT.layout, size: LAYOUT_BYTES.length }, 0);
  const marker = await input.take(LAYOUT_BYTES.length);
  if (!sameBytes(marker, LAYOUT_BYTES)) {
    throw SlipwayError.of("BUNDLE_LAYOUT_UNKNOWN", {
      problem: JSON.stringify(new TextDecoder("latin1").decode(marker)),
    });
  }
  await readPadding(input, LAYOUT_BYTES.length);
};

/** Reads an entry whose size only its own header knows. */
const readSized = async (input: ByteReader, name: string): Promise<Uint8Array> => {
  input.item = name;
  const offset = input.position;
  const header = await input.take(TAR_BLOCK);
  const fields = readTarHeader(header);
  checkFields(fields, { name, item: name }, offset);
  if (!(fields.size <= MAX_INDEX_BYTES)) {
    throw SlipwayError.of("BUNDLE_SIZE_ABSURD", { item: name, bytes: fields.size, limit: MAX_INDEX_BYTES });
  }
  checkHeader(header, { name, size: fields.size }, offset);
  const bytes = await input.take(fields.size);
  await readPadding(input, fields.size);
  return bytes;
};

/** The copy of the first signature that stock cosign reads; it must say the same as the envelope. */
const readPlainSignature = async (input: ByteReader, envelope: Envelope): Promise<void> => {
  const first = envelope.signatures[0];
  if (first === undefined) return;
  const bytes = await readSized(input, TRANSPORT.signature);
  if (!sameBytes(bytes, new TextEncoder().encode(first.signature))) {
    throw SlipwayError.of("BUNDLE_ENVELOPE_BAD", { problem: `${TRANSPORT.signature} differs from it` });
  }
};

const readDelta = async (input: ByteReader, newHasher: NewHasher, expected: Digest): Promise<Delta> => {
  const bytes = await readSized(input, TRANSPORT.delta);
  const bad = (problem: string): SlipwayError => SlipwayError.of("BUNDLE_DELTA_BAD", { problem });
  if (digestOf(newHasher, bytes) !== expected) throw bad("its digest does not fit the envelope");
  return parse(Delta, bytes, bad);
};

const checkDelta = (walk: BundleWalk, delta: Delta | undefined): void => {
  if (delta === undefined) return;
  const sizes = new Map(walk.blobs.map((blob) => [blob.digest, blob.size]));
  const seen = new Set<Digest>();
  for (const { target, size } of delta.patches) {
    if (sizes.get(target) !== size || seen.has(target)) {
      throw SlipwayError.of("BUNDLE_DELTA_BAD", {
        problem: `the patch for ${target} fits no blob of the bundle`,
      });
    }
    seen.add(target);
  }
  for (const digest of delta.present) {
    if (!sizes.has(digest) || seen.has(digest)) {
      throw SlipwayError.of("BUNDLE_DELTA_BAD", { problem: `${digest} cannot be left out` });
    }
    seen.add(digest);
  }
};

interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } };
}

const parse = <T>(schema: Schema<T>, bytes: Uint8Array, bad: (problem: string) => SlipwayError): T => {
  let value: unknown;
  try {
    value = parseCanonical(bytes);
  } catch (cause) {
    throw bad(cause instanceof Error ? cause.message : String(cause));
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw bad(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "malformed"}`);
};

const digestOf = (newHasher: NewHasher, bytes: Uint8Array): Digest => {
  const hasher = newHasher();
  hasher.update(bytes);
  return `sha256:${hasher.hex()}`;
};

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
