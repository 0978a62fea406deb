import { decoding, joined, Malformed, PacketReader, u16Bytes, u32Bytes } from "./bytes.ts";
import { macBytes, macOf, type Mac } from "./mac.ts";

/** ICMPv6 types of neighbour discovery (RFC 4861). */
export const ICMP6 = { routerSolicitation: 133, routerAdvertisement: 134 } as const;

/** A router advertisement that offers nothing: no default route, no prefix, no DHCPv6. */
export interface RouterAdvertisement {
  readonly hopLimit: number;
  /** Ask a DHCPv6 server for addresses. */
  readonly managed: boolean;
  /** Ask a DHCPv6 server for everything else. */
  readonly other: boolean;
  /** Seconds; 0 says "I am no default router". */
  readonly lifetime: number;
  readonly source: Mac | undefined;
}

/**
 * iPXE waits 16 seconds for an advertisement on a network without IPv6. This one ends the wait and changes nothing on
 * any machine that hears it: no router (RFC 4861, section 6.2.5), no prefix, no flags.
 */
export const silentAdvertisement = (source: Mac): RouterAdvertisement => ({
  hopLimit: 0,
  managed: false,
  other: false,
  lifetime: 0,
  source,
});

/** The ICMPv6 message with a checksum of zero: the kernel fills it in on a raw socket (RFC 3542, section 3.1). */
export const encodeAdvertisement = (of: RouterAdvertisement): Uint8Array =>
  joined([
    Uint8Array.of(ICMP6.routerAdvertisement, 0, 0, 0),
    Uint8Array.of(of.hopLimit, (of.managed ? 0x80 : 0) | (of.other ? 0x40 : 0)),
    u16Bytes(of.lifetime),
    u32Bytes(0),
    u32Bytes(0),
    // Source link-layer address, so that a solicitor need not ask for it.
    ...(of.source === undefined ? [] : [Uint8Array.of(1, 1), macBytes(of.source)]),
  ]);

/** Reads an advertisement; undefined when it is none (RFC 4861, section 6.1.2). */
export const decodeAdvertisement = (bytes: Uint8Array): RouterAdvertisement | undefined =>
  decoding(() => {
    const reader = new PacketReader(bytes);
    if (reader.u8() !== ICMP6.routerAdvertisement || reader.u8() !== 0) throw new Malformed();
    reader.u16();
    const hopLimit = reader.u8();
    const flags = reader.u8();
    const lifetime = reader.u16();
    reader.take(8);
    let source: Mac | undefined;
    while (reader.left > 0) {
      const type = reader.u8();
      const units = reader.u8();
      if (units === 0) throw new Malformed();
      const value = reader.take(units * 8 - 2);
      if (type === 1) source = macOf(value);
    }
    return { hopLimit, managed: (flags & 0x80) !== 0, other: (flags & 0x40) !== 0, lifetime, source };
  });

/** Whether the message is a router's solicitation (RFC 4861, section 6.1.1). */
export const isSolicitation = (bytes: Uint8Array): boolean =>
  bytes.length >= 8 && bytes[0] === ICMP6.routerSolicitation && bytes[1] === 0;
