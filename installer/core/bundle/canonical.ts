/** A value that JSON can carry. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: unknown };

/**
 * JSON in the one form of RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code units, no white space,
 * so that equal values have equal bytes and a signature or digest over them means something. Members that are undefined
 * are left out. Throws a TypeError on what JSON cannot carry (NaN, functions, lone surrogates).
 */
export const canonicalJson = (value: unknown): string => {
  if (value === null || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
    return JSON.stringify(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError("a lone surrogate has no JSON form");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  throw new TypeError(`a ${typeof value} has no JSON form`);
};

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The canonical form as UTF-8. */
export const canonicalBytes = (value: unknown): Uint8Array => encoder.encode(canonicalJson(value));

/**
 * Reads bytes that must be canonical JSON. Throws an Error that says what is wrong: not UTF-8, not JSON, or JSON in
 * another form (which would let two different files mean the same).
 */
export const parseCanonical = (bytes: Uint8Array): unknown => {
  const source = decodeUtf8(bytes);
  const value: unknown = JSON.parse(source);
  if (canonicalJson(value) !== source) throw new Error("it is not in canonical form");
  return value;
};

/** Strict UTF-8 to text: throws on any malformed sequence instead of replacing it. */
export const decodeUtf8 = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Error("it is not UTF-8 text", { cause });
  }
};
