import { decoding, joined, latin1, latin1Bytes, Malformed, PacketReader, u16Bytes } from "../bytes.ts";

/** Error numbers of TFTP (RFC 1350, appendix; 8 is RFC 2347's). */
export const TFTP_ERROR = {
  undefined: 0,
  notFound: 1,
  accessViolation: 2,
  illegalOperation: 4,
  unknownTransfer: 5,
  optionRefused: 8,
} as const;

/** Option names in lower case, in the order sent. */
export type TftpOptions = ReadonlyMap<string, string>;

/** Every packet of TFTP. Block numbers are the 16 bits of the wire. */
export type TftpPacket =
  | {
      readonly kind: "read" | "write";
      readonly file: string;
      readonly mode: string;
      readonly options: TftpOptions;
    }
  | { readonly kind: "data"; readonly block: number; readonly data: Uint8Array }
  | { readonly kind: "ack"; readonly block: number }
  | { readonly kind: "error"; readonly code: number; readonly message: string }
  | { readonly kind: "options"; readonly options: TftpOptions };

/** RFC 2347: a request fits in 512 bytes. Twice that is allowed for firmware with long paths. */
const MAXIMUM_REQUEST = 1024;

/** A packet of TFTP (RFC 1350, 2347), or undefined for anything else. */
export const decodeTftp = (packet: Uint8Array): TftpPacket | undefined => decoding(() => decode(packet));

const decode = (packet: Uint8Array): TftpPacket => {
  const reader = new PacketReader(packet);
  const opcode = reader.u16();
  switch (opcode) {
    case 1:
    case 2: {
      if (packet.length > MAXIMUM_REQUEST) throw new Malformed();
      const file = zeroEnded(reader);
      const mode = zeroEnded(reader).toLowerCase();
      if (file === "" || mode === "") throw new Malformed();
      return { kind: opcode === 1 ? "read" : "write", file, mode, options: readOptions(reader) };
    }
    case 3: {
      const block = reader.u16();
      return { kind: "data", block, data: reader.take(reader.left) };
    }
    case 4:
      return { kind: "ack", block: reader.u16() };
    case 5: {
      const code = reader.u16();
      // Some firmware leaves the closing zero, or the whole text, out.
      return { kind: "error", code, message: latin1(reader.take(reader.left)) };
    }
    case 6:
      return { kind: "options", options: readOptions(reader) };
    default:
      throw new Malformed();
  }
};

const zeroEnded = (reader: PacketReader): string => {
  const end = reader.bytes.indexOf(0, reader.at);
  if (end < 0) throw new Malformed();
  const text = latin1(reader.take(end - reader.at));
  reader.at += 1;
  return text;
};

const readOptions = (reader: PacketReader): TftpOptions => {
  const options = new Map<string, string>();
  while (reader.left > 0) {
    // Padding behind the last option: seen from firmware that sends a fixed size.
    if (reader.bytes[reader.at] === 0) {
      reader.at += 1;
      continue;
    }
    const name = zeroEnded(reader).toLowerCase();
    // RFC 2347: an option may be given once; the first one counts.
    const value = zeroEnded(reader);
    if (!options.has(name)) options.set(name, value);
  }
  return options;
};

/** A packet as bytes. Texts must not hold a zero byte. */
export const encodeTftp = (packet: TftpPacket): Uint8Array => {
  switch (packet.kind) {
    case "read":
    case "write":
      return joined([
        u16Bytes(packet.kind === "read" ? 1 : 2),
        zeroEndedBytes(packet.file),
        zeroEndedBytes(packet.mode),
        ...optionBytes(packet.options),
      ]);
    case "data":
      return joined([u16Bytes(3), u16Bytes(packet.block), packet.data]);
    case "ack":
      return joined([u16Bytes(4), u16Bytes(packet.block)]);
    case "error":
      return joined([u16Bytes(5), u16Bytes(packet.code), zeroEndedBytes(packet.message)]);
    case "options":
      return joined([u16Bytes(6), ...optionBytes(packet.options)]);
  }
};

const zeroEndedBytes = (text: string): Uint8Array => joined([latin1Bytes(text), Uint8Array.of(0)]);

const optionBytes = (options: TftpOptions): Uint8Array[] =>
  [...options].flatMap(([name, value]) => [zeroEndedBytes(name), zeroEndedBytes(value)]);
