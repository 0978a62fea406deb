/** A block of IPv4 addresses, as first and last number (RFC 4632). */
export interface Block {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

/** A dotted address as an unsigned number; undefined for anything that is not exactly four decimal bytes. */
export const parseAddress = (text: string): number | undefined => {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const bytes = match.slice(1).map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : undefined;
};

/** The number as a dotted address. */
export const formatAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");

/** `a.b.c.d/n` as the whole block the address lies in, host bits or not; undefined for anything else. */
export const parseBlock = (text: string): Block | undefined => {
  const [address = "", bits = "", ...rest] = text.split("/");
  const number = parseAddress(address);
  if (number === undefined || rest.length > 0 || !/^\d{1,2}$/.test(bits) || Number(bits) > 32)
    return undefined;
  const size = 2 ** (32 - Number(bits));
  const first = number - (number % size);
  return { first, last: first + size - 1, prefix: Number(bits) };
};

/** The block in CIDR notation, host bits zero. */
export const formatBlock = (block: Block): string => `${formatAddress(block.first)}/${block.prefix}`;

/** True when the blocks share an address; of two CIDR blocks one then holds the other. */
export const overlaps = (left: Block, right: Block): boolean =>
  left.first <= right.last && right.first <= left.last;

/** True when the address lies in the block. */
export const contains = (block: Block, address: number): boolean =>
  block.first <= address && address <= block.last;

/** Number of blocks of `prefix` that fit, such as the /24 a node gets out of the pod network. */
export const subnetsOf = (block: Block, prefix: number): number =>
  prefix < block.prefix ? 0 : 2 ** (prefix - block.prefix);
