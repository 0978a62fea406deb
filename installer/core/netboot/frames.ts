import { decoding, joined, Malformed, PacketReader, u16Bytes, u32Bytes } from "./bytes.ts";
import { macBytes, macOf, type Mac } from "./mac.ts";

/** Ethernet types (IEEE 802). */
export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806 } as const;

/** Everybody on the network. */
export const BROADCAST_MAC: Mac = "ff:ff:ff:ff:ff:ff";

/** An ARP packet for IPv4 over Ethernet (RFC 826). */
export interface Arp {
  readonly operation: "ask" | "answer";
  readonly senderMac: Mac;
  readonly senderAddress: number;
  readonly targetMac: Mac;
  readonly targetAddress: number;
}

const NO_MAC: Mac = "00:00:00:00:00:00";

/** "Who has this address?" from nobody's address, so that no machine learns a wrong pair (RFC 5227, section 2.1.1). */
export const arpProbe = (from: Mac, address: number): Uint8Array =>
  joined([
    macBytes(BROADCAST_MAC),
    macBytes(from),
    u16Bytes(ETHERTYPE.arp),
    Uint8Array.of(0, 1, 8, 0, 6, 4, 0, 1),
    macBytes(from),
    u32Bytes(0),
    macBytes(NO_MAC),
    u32Bytes(address),
  ]);

/** The ARP packet inside an Ethernet frame; undefined for any other frame. */
export const decodeArp = (frame: Uint8Array): Arp | undefined =>
  decoding(() => {
    const reader = new PacketReader(frame);
    reader.take(12);
    if (reader.u16() !== ETHERTYPE.arp || reader.u16() !== 1 || reader.u16() !== 0x0800)
      throw new Malformed();
    if (reader.u16() !== 0x0604) throw new Malformed();
    const operation = reader.u16();
    if (operation !== 1 && operation !== 2) throw new Malformed();
    const senderMac = macOf(reader.take(6)) ?? NO_MAC;
    const senderAddress = reader.u32();
    const targetMac = macOf(reader.take(6)) ?? NO_MAC;
    const targetAddress = reader.u32();
    return {
      operation: operation === 1 ? "ask" : "answer",
      senderMac,
      senderAddress,
      targetMac,
      targetAddress,
    };
  });

/** Where a UDP datagram comes from and goes to, hardware addresses included. */
export interface UdpRoute {
  readonly sourceMac: Mac;
  readonly source: number;
  readonly sourcePort: number;
  readonly targetMac: Mac;
  readonly target: number;
  readonly targetPort: number;
}

/** An Ethernet frame with one UDP datagram: the way to a machine that cannot answer ARP yet (RFC 2131, section 4.1). */
export const udpFrame = (route: UdpRoute, payload: Uint8Array): Uint8Array => {
  const udpLength = 8 + payload.length;
  const udp = joined([
    u16Bytes(route.sourcePort),
    u16Bytes(route.targetPort),
    u16Bytes(udpLength),
    u16Bytes(0),
    payload,
  ]);
  const pseudo = joined([
    u32Bytes(route.source),
    u32Bytes(route.target),
    Uint8Array.of(0, 17),
    u16Bytes(udpLength),
  ]);
  // RFC 768: a sum of zero is sent as all ones, because zero means that there is none.
  udp.set(u16Bytes(checksum([pseudo, udp]) || 0xffff), 6);
  const header = joined([
    Uint8Array.of(0x45, 0),
    u16Bytes(20 + udpLength),
    Uint8Array.of(0, 0, 0, 0, 64, 17, 0, 0),
    u32Bytes(route.source),
    u32Bytes(route.target),
  ]);
  header.set(u16Bytes(checksum([header])), 10);
  return joined([
    macBytes(route.targetMac),
    macBytes(route.sourceMac),
    u16Bytes(ETHERTYPE.ipv4),
    header,
    udp,
  ]);
};

/** A UDP datagram found in an Ethernet frame. */
export interface UdpDatagram extends UdpRoute {
  readonly payload: Uint8Array;
}

/** The UDP datagram inside an Ethernet frame; undefined for fragments and everything else. Checksums are not looked at. */
export const decodeUdpFrame = (frame: Uint8Array): UdpDatagram | undefined =>
  decoding(() => {
    const reader = new PacketReader(frame);
    const targetMac = macOf(reader.take(6)) ?? NO_MAC;
    const sourceMac = macOf(reader.take(6)) ?? NO_MAC;
    if (reader.u16() !== ETHERTYPE.ipv4) throw new Malformed();
    const start = reader.at;
    const version = reader.u8();
    const headerBytes = (version & 15) * 4;
    if (version >> 4 !== 4 || headerBytes < 20) throw new Malformed();
    reader.take(5);
    if ((reader.u16() & 0x3fff) !== 0) throw new Malformed();
    reader.u8();
    if (reader.u8() !== 17) throw new Malformed();
    reader.u16();
    const source = reader.u32();
    const target = reader.u32();
    reader.take(headerBytes - (reader.at - start));
    const sourcePort = reader.u16();
    const targetPort = reader.u16();
    const length = reader.u16();
    reader.u16();
    const payload = reader.take(length - 8);
    return { sourceMac, source, sourcePort, targetMac, target, targetPort, payload };
  });

/** The internet checksum (RFC 1071) over pieces of even length, the last of which may be odd. */
export const checksum = (pieces: readonly Uint8Array[]): number => {
  let sum = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += 2) sum += ((piece[at] ?? 0) << 8) | (piece[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
};
