import { decoding, joined, latin1, Malformed, PacketReader } from "../bytes.ts";
import { OPTION } from "./codes.ts";
import type { DhcpMessage } from "./message.ts";

/** The first four bytes of the options field (RFC 2131, section 3). */
const MAGIC = 0x63825363;

/** No message of a real client or server comes near it; what is longer is not read at all. */
const MAXIMUM_BYTES = 4096;

/** A packet as a message, or undefined when it is none: too short, no DHCP, or an option that runs past its field. */
export const decodeDhcp = (packet: Uint8Array): DhcpMessage | undefined =>
  packet.length > MAXIMUM_BYTES ? undefined : decoding(() => decode(packet));

const decode = (packet: Uint8Array): DhcpMessage => {
  const reader = new PacketReader(packet);
  const op = reader.u8();
  const hardwareType = reader.u8();
  const hardwareLength = reader.u8();
  if ((op !== 1 && op !== 2) || hardwareLength > 16) throw new Malformed();
  const hops = reader.u8();
  const xid = reader.u32();
  const secs = reader.u16();
  const flags = reader.u16();
  const clientAddress = reader.u32();
  const yourAddress = reader.u32();
  const nextServer = reader.u32();
  const relayAddress = reader.u32();
  const hardwareAddress = reader.take(16).slice(0, hardwareLength);
  const serverName = reader.take(64);
  const bootFile = reader.take(128);
  if (reader.u32() !== MAGIC) throw new Malformed();
  const pieces = new Map<number, Uint8Array[]>();
  readOptions(reader.take(reader.left), pieces);
  const overload = pieces.get(OPTION.overload)?.[0]?.[0] ?? 0;
  // RFC 2132, section 9.3: the file field is read before the sname field.
  if ((overload & 1) !== 0) readOptions(bootFile, pieces);
  if ((overload & 2) !== 0) readOptions(serverName, pieces);
  const options = new Map<number, Uint8Array>();
  for (const [code, parts] of pieces) {
    if (code === OPTION.overload) continue;
    options.set(code, parts.length === 1 ? (parts[0]?.slice() ?? new Uint8Array()) : joined(parts));
  }
  return {
    op: op === 1 ? "request" : "reply",
    hardwareType,
    hardwareAddress,
    hops,
    xid,
    secs,
    broadcast: (flags & 0x8000) !== 0,
    clientAddress,
    yourAddress,
    nextServer,
    relayAddress,
    serverName: (overload & 2) === 0 ? latin1(serverName) : "",
    bootFile: (overload & 1) === 0 ? latin1(bootFile) : "",
    options,
  };
};

/** An end option may be missing, as with old clients; a length that runs past the field may not. */
const readOptions = (field: Uint8Array, into: Map<number, Uint8Array[]>): void => {
  const reader = new PacketReader(field);
  while (reader.left > 0) {
    const code = reader.u8();
    if (code === OPTION.pad) continue;
    if (code === OPTION.end) return;
    const value = reader.take(reader.u8());
    const earlier = into.get(code);
    if (earlier === undefined) into.set(code, [value]);
    else earlier.push(value);
  }
};
