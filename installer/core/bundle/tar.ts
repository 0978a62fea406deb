/**
 * The one way a bundle writes a tar header: POSIX ustar (IEEE Std 1003.1, "pax", ustar interchange format), regular
 * file, mode 0644, owner 0:0, time 0. A reader compares whole headers with these, so there is no field left to tamper
 * with. Sizes of 8 GiB and more use the base-256 form that GNU tar, libarchive, Go and Python read.
 */
export const TAR_BLOCK = 512;

/** Two zero blocks end the archive; nothing may follow. */
export const TAR_TRAILER_BYTES = 2 * TAR_BLOCK;

const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");
const OCTAL_SIZE_LIMIT = 8 ** 11;

/** The 512 bytes that stand before an entry. Names are at most 100 ASCII characters. */
export const tarHeader = (name: string, size: number): Uint8Array => {
  const header = new Uint8Array(TAR_BLOCK);
  if (name.length > 100) throw new RangeError(`tar name too long: ${name}`);
  put(header, 0, name);
  put(header, 100, "0000644\0");
  put(header, 108, "0000000\0");
  put(header, 116, "0000000\0");
  putSize(header, size);
  put(header, 136, "00000000000\0");
  put(header, 156, "0");
  put(header, 257, "ustar\u000000");
  put(header, 329, "0000000\0");
  put(header, 337, "0000000\0");
  put(header, 148, `${checksum(header).toString(8).padStart(6, "0")}\0 `);
  return header;
};

/** Zero bytes needed after `size` bytes of content to reach the next block. */
export const tarPadding = (size: number): number => (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;

/** Bytes that one entry takes in the archive. */
export const tarEntryBytes = (size: number): number => TAR_BLOCK + size + tarPadding(size);

/** What a header says, as far as it can be told, for error messages and for entries whose size is not known before. */
export interface TarHeaderFields {
  readonly empty: boolean;
  readonly checksumFits: boolean;
  readonly name: string;
  /** NaN when the field is not a number. */
  readonly size: number;
  readonly type: string;
}

/** Reads a header without believing it. */
export const readTarHeader = (header: Uint8Array): TarHeaderFields => {
  const prefix = cut(header, 345, 155);
  const name = cut(header, 0, 100);
  return {
    empty: header.every((byte) => byte === 0),
    checksumFits: Number.parseInt(cut(header, 148, 8), 8) === checksum(header),
    name: prefix === "" ? name : `${prefix}/${name}`,
    size: readSize(header),
    type: String.fromCharCode(header[156] ?? 0),
  };
};

/** What the type flag of a header stands for. */
export const tarKind = (type: string): string =>
  ({
    "0": "file",
    "\0": "file",
    "1": "hard link",
    "2": "symbolic link",
    "3": "character device",
    "4": "block device",
    "5": "folder",
    "6": "pipe",
    L: "long name record",
    K: "long link record",
    x: "pax record",
    g: "global pax record",
    S: "sparse file",
  })[type] ?? `entry of type ${JSON.stringify(type)}`;

/** True for names that would leave the folder they are unpacked in. */
export const isUnsafePath = (name: string): boolean =>
  name.startsWith("/") || name.includes("\\") || name.split("/").includes("..") || name.includes("\0");

const put = (header: Uint8Array, at: number, value: string): void => {
  header.set(encoder.encode(value), at);
};

const putSize = (header: Uint8Array, size: number): void => {
  if (size < OCTAL_SIZE_LIMIT) {
    put(header, 124, `${size.toString(8).padStart(11, "0")}\0`);
    return;
  }
  header[124] = 0x80;
  let rest = BigInt(size);
  for (let at = 135; at > 124; at -= 1) {
    header[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
};

const readSize = (header: Uint8Array): number => {
  if (((header[124] ?? 0) & 0x80) === 0) {
    const digits = cut(header, 124, 12).trim();
    return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  }
  let size = 0n;
  for (let at = 125; at <= 135; at += 1) size = (size << 8n) | BigInt(header[at] ?? 0);
  return Number(size);
};

/** Sum of all bytes with the checksum field taken as spaces. */
const checksum = (header: Uint8Array): number => {
  let sum = 0;
  for (let at = 0; at < TAR_BLOCK; at += 1) sum += at >= 148 && at < 156 ? 0x20 : (header[at] ?? 0);
  return sum;
};

const cut = (header: Uint8Array, at: number, length: number): string => {
  const field = latin1.decode(header.subarray(at, at + length));
  const end = field.indexOf("\0");
  return end === -1 ? field : field.slice(0, end);
};
