import { randomBytes, randomInt } from "node:crypto";
import { latin1Bytes, u16Bytes } from "../../../core/netboot/bytes.ts";
import { OPTION } from "../../../core/netboot/dhcp/codes.ts";
import { decodeDhcp } from "../../../core/netboot/dhcp/decode.ts";
import { encodeDhcp } from "../../../core/netboot/dhcp/encode.ts";
import type { DhcpMessage } from "../../../core/netboot/dhcp/message.ts";
import { messageTypeOf, messageTypeValue, numberOption } from "../../../core/netboot/dhcp/values.ts";
import { BROADCAST_MAC, decodeUdpFrame, ETHERTYPE, udpFrame } from "../../../core/netboot/frames.ts";
import { macBytes } from "../../../core/netboot/mac.ts";
import { formatAddress } from "../../../core/net/ipv4.ts";
import type { OtherDhcpServer } from "../../../core/ports/netboot.ts";
import { type LocalInterface, PacketSocket } from "../sockets/packet-socket.ts";

/** Servers that probe an address before they offer it take a second or two (dnsmasq 3 s with its ping). */
const WAIT_MS = 4000;
const ASK_AT_MS = [0, 1500] as const;
const POLL_MS = 20;
const BROADCAST = 0xffffffff;

/**
 * Asks the network as a machine that boots would, and lists the servers that answer, by address and hardware address. It
 * takes no address: an offer that is not accepted lapses. Empty where there are no packet sockets.
 */
export const findOtherServers = async (
  device: LocalInterface,
  { waitMs = WAIT_MS, signal }: { readonly waitMs?: number; readonly signal?: AbortSignal } = {},
): Promise<readonly OtherDhcpServer[]> => {
  using socket = PacketSocket.open(device.name, ETHERTYPE.ipv4);
  if (socket === undefined) return [];
  const xid = randomInt(1, 2 ** 32);
  const found = new Map<string, OtherDhcpServer>();
  const frame = udpFrame(
    {
      sourceMac: device.mac,
      source: 0,
      sourcePort: 68,
      targetMac: BROADCAST_MAC,
      target: BROADCAST,
      targetPort: 67,
    },
    encodeDhcp(question(device, xid)),
  );
  const end = performance.now() + waitMs;
  const due = ASK_AT_MS.map((ms) => performance.now() + ms);
  while (performance.now() < end) {
    if (signal?.aborted === true) break;
    if (due[0] !== undefined && due[0] <= performance.now()) {
      due.shift();
      socket.send(frame);
    }
    for (const heard of socket.receive()) {
      const server = answeringServer(heard, xid);
      if (server !== undefined && server.mac !== device.mac)
        found.set(`${server.mac} ${server.address}`, server);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return [...found.values()];
};

const question = (device: LocalInterface, xid: number): DhcpMessage => ({
  op: "request",
  hardwareType: 1,
  hardwareAddress: macBytes(device.mac),
  hops: 0,
  xid,
  secs: 4,
  broadcast: true,
  clientAddress: 0,
  yourAddress: 0,
  nextServer: 0,
  relayAddress: 0,
  serverName: "",
  bootFile: "",
  options: new Map<number, Uint8Array>([
    [OPTION.messageType, messageTypeValue("discover")],
    [
      OPTION.parameterList,
      Uint8Array.of(OPTION.subnetMask, OPTION.router, OPTION.vendorClass, OPTION.bootFile),
    ],
    // A proxyDHCP server answers only those that boot.
    [OPTION.vendorClass, latin1Bytes("PXEClient:Arch:00007:UNDI:003016")],
    [OPTION.clientArchitecture, u16Bytes(7)],
    [OPTION.clientInterface, Uint8Array.of(1, 3, 16)],
    [OPTION.clientUuid, Uint8Array.of(0, ...randomBytes(16))],
  ]),
});

const answeringServer = (frame: Uint8Array, xid: number): OtherDhcpServer | undefined => {
  const udp = decodeUdpFrame(frame);
  if (udp === undefined || udp.sourcePort !== 67 || udp.targetPort !== 68) return undefined;
  const answer = decodeDhcp(udp.payload);
  if (answer?.op !== "reply" || answer.xid !== xid || messageTypeOf(answer) !== "offer") return undefined;
  const address = numberOption(answer.options, OPTION.serverIdentifier) ?? udp.source;
  return {
    address: formatAddress(address),
    mac: udp.sourceMac,
    givesAddresses: answer.yourAddress !== 0,
  };
};
