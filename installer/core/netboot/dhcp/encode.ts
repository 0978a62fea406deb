import { latin1Bytes } from "../bytes.ts";
import { OPTION } from "./codes.ts";
import type { DhcpMessage } from "./message.ts";

/** BOOTP's size: relays and firmware of the field drop shorter answers. */
const MINIMUM_BYTES = 300;
const OPTIONS_AT = 240;

/**
 * A message as a packet. Options longer than 255 bytes are split (RFC 3396); texts that do not fit their fields are cut;
 * nothing is moved into the sname and file fields, which some firmware does not read options from.
 */
export const encodeDhcp = (message: DhcpMessage): Uint8Array => {
  const size = OPTIONS_AT + optionsSize(message) + 1;
  const packet = new Uint8Array(Math.max(size, MINIMUM_BYTES));
  const view = new DataView(packet.buffer);
  packet[0] = message.op === "request" ? 1 : 2;
  packet[1] = message.hardwareType;
  packet[2] = message.hardwareAddress.length;
  packet[3] = message.hops;
  view.setUint32(4, message.xid);
  view.setUint16(8, message.secs);
  view.setUint16(10, message.broadcast ? 0x8000 : 0);
  view.setUint32(12, message.clientAddress);
  view.setUint32(16, message.yourAddress);
  view.setUint32(20, message.nextServer);
  view.setUint32(24, message.relayAddress);
  packet.set(message.hardwareAddress.subarray(0, 16), 28);
  packet.set(latin1Bytes(message.serverName).subarray(0, 63), 44);
  packet.set(latin1Bytes(message.bootFile).subarray(0, 127), 108);
  view.setUint32(236, 0x63825363);
  let at = OPTIONS_AT;
  for (const [code, value] of message.options) {
    let from = 0;
    do {
      const piece = value.subarray(from, from + 255);
      packet[at] = code;
      packet[at + 1] = piece.length;
      packet.set(piece, at + 2);
      at += 2 + piece.length;
      from += 255;
    } while (from < value.length);
  }
  packet[at] = OPTION.end;
  return packet;
};

const optionsSize = ({ options }: DhcpMessage): number => {
  let size = 0;
  for (const value of options.values()) size += value.length + 2 * Math.max(1, Math.ceil(value.length / 255));
  return size;
};
