import type { ClientKind } from "../../../installer/core/netboot/dhcp/client.ts";
import { type MessageType, OPTION } from "../../../installer/core/netboot/dhcp/codes.ts";
import type { DhcpMessage } from "../../../installer/core/netboot/dhcp/message.ts";
import { messageTypeValue } from "../../../installer/core/netboot/dhcp/values.ts";
import { latin1Bytes, u16Bytes, u32Bytes } from "../../../installer/core/netboot/bytes.ts";
import { macBytes } from "../../../installer/core/netboot/mac.ts";
import { parseAddress } from "../../../installer/core/net/ipv4.ts";

/** A dotted address as a number; for tests, which only write good ones. */
export const ip = (text: string): number => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
};

/** What a request may say besides its type. */
export interface RequestWish {
  readonly mac?: string;
  readonly kind?: ClientKind;
  /** Option 93. */
  readonly arch?: number;
  readonly server?: string;
  readonly wanted?: string;
  readonly clientAddress?: string;
  readonly relay?: string;
  readonly relayInformation?: Uint8Array;
  readonly broadcast?: boolean;
  readonly xid?: number;
}

/** A client's message as real ones make it. */
export const request = (type: MessageType, wish: RequestWish = {}): DhcpMessage => {
  const { mac = "52:54:00:00:00:01", kind = "system", arch = 0 } = wish;
  const padded = String(arch).padStart(5, "0");
  const vendor =
    kind === "http" ? `HTTPClient:Arch:${padded}:UNDI:003001` : `PXEClient:Arch:${padded}:UNDI:002001`;
  return {
    op: "request",
    hardwareType: 1,
    hardwareAddress: macBytes(mac),
    hops: wish.relay === undefined ? 0 : 1,
    xid: wish.xid ?? 0x12345678,
    secs: 0,
    broadcast: wish.broadcast ?? false,
    clientAddress: ip(wish.clientAddress ?? "0.0.0.0"),
    yourAddress: 0,
    nextServer: 0,
    relayAddress: ip(wish.relay ?? "0.0.0.0"),
    serverName: "",
    bootFile: "",
    options: new Map<number, Uint8Array>([
      [OPTION.messageType, messageTypeValue(type)],
      ...(wish.server === undefined ? [] : [[OPTION.serverIdentifier, u32Bytes(ip(wish.server))] as const]),
      ...(wish.wanted === undefined ? [] : [[OPTION.requestedAddress, u32Bytes(ip(wish.wanted))] as const]),
      ...(kind === "system"
        ? []
        : [
            [OPTION.vendorClass, latin1Bytes(vendor)] as const,
            [OPTION.clientArchitecture, u16Bytes(arch)] as const,
            [OPTION.clientUuid, Uint8Array.of(0, ...Array.from({ length: 16 }, (_, at) => at))] as const,
          ]),
      ...(kind === "ipxe" ? [[OPTION.userClass, latin1Bytes("iPXE")] as const] : []),
      ...(wish.relayInformation === undefined
        ? []
        : [[OPTION.relayInformation, wish.relayInformation] as const]),
    ]),
  };
};
