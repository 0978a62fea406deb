/** An IPv4 range as first and last address. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** Parses `a.b.c.d/n` (RFC 4632); undefined for anything else. Host bits may be set: the whole block counts. */
export const parseCidr = (text: string | undefined): Range | undefined => {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text ?? "");
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = address - (address % size);
  return { first, last: first + size - 1 };
};

/** True when the ranges share an address. */
export const overlap = (left: Range, right: Range): boolean =>
  left.first <= right.last && right.first <= left.last;
