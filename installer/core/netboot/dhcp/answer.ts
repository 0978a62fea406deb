import type { Block } from "../../net/ipv4.ts";
import { latin1Bytes, u32Bytes } from "../bytes.ts";
import { macOf } from "../mac.ts";
import type { ClientKind } from "./client.ts";
import { IPXE_NO_PXEDHCP, type MessageType, OPTION, PXE, PXE_USE_BOOT_FILE } from "./codes.ts";
import type { Destination } from "./effects.ts";
import type { DhcpMessage } from "./message.ts";
import type { BootAnswer, DhcpScope, DhcpSettings } from "./settings.ts";
import { addressesValue, encodeSubOptions, messageTypeValue } from "./values.ts";

const SERVER_PORT = 67;
const CLIENT_PORT = 68;

/** The file field holds 127 characters and a zero; longer names travel in option 67. */
const FILE_FIELD = 127;

/** The subnet mask of a block. */
const maskOf = ({ prefix }: Block): number => (prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0);

/** An empty answer to a request; the fields that RFC 2131, table 3 copies are copied. */
export const answerTo = (
  request: DhcpMessage,
  type: MessageType,
  { address }: Pick<DhcpSettings, "address">,
): DhcpMessage => ({
  op: "reply",
  hardwareType: request.hardwareType,
  hardwareAddress: request.hardwareAddress,
  hops: 0,
  xid: request.xid,
  secs: 0,
  broadcast: request.broadcast,
  clientAddress: type === "ack" ? request.clientAddress : 0,
  yourAddress: 0,
  nextServer: 0,
  relayAddress: request.relayAddress,
  serverName: "",
  bootFile: "",
  options: new Map([
    [OPTION.messageType, messageTypeValue(type)],
    [OPTION.serverIdentifier, u32Bytes(address)],
  ]),
});

/** The answer with more options; what a relay added comes last, unchanged (RFC 3046, section 2.2). */
export const withOptions = (
  answer: DhcpMessage,
  options: Iterable<readonly [number, Uint8Array]>,
): DhcpMessage => ({ ...answer, options: new Map([...answer.options, ...options]) });

/** Network settings of a scope: mask, router, name servers. */
export const scopeOptions = (scope: DhcpScope): (readonly [number, Uint8Array])[] => [
  [OPTION.subnetMask, u32Bytes(maskOf(scope.subnet))],
  ...(scope.router === undefined ? [] : [[OPTION.router, u32Bytes(scope.router)] as const]),
  ...(scope.nameServers.length === 0
    ? []
    : [[OPTION.nameServer, addressesValue(scope.nameServers)] as const]),
];

/** How long the address may be kept, when to renew it (half of that) and when to ask anybody (7/8). */
export const leaseOptions = (seconds: number): (readonly [number, Uint8Array])[] => [
  [OPTION.leaseSeconds, u32Bytes(seconds)],
  [OPTION.renewalSeconds, u32Bytes(Math.floor(seconds / 2))],
  [OPTION.rebindingSeconds, u32Bytes(Math.floor((seconds * 7) / 8))],
];

/** What a boot answer adds to a message, as a server that gives addresses says it. */
export const withBoot = (
  answer: DhcpMessage,
  boot: BootAnswer,
  { kind, server }: { readonly kind: ClientKind; readonly server: number },
): DhcpMessage => {
  const named: DhcpMessage = {
    ...answer,
    nextServer: server,
    bootFile: boot.file.length <= FILE_FIELD ? boot.file : "",
  };
  const options: (readonly [number, Uint8Array])[] = [];
  if (boot.file.length > FILE_FIELD) options.push([OPTION.bootFile, latin1Bytes(boot.file)]);
  // UEFI takes an answer for one to HTTP boot only when the server says so (UEFI 2.10, section 24.7.3.1).
  if (kind === "http") options.push([OPTION.vendorClass, latin1Bytes("HTTPClient")]);
  if (kind === "ipxe") {
    options.push([OPTION.ipxe, encodeSubOptions([[IPXE_NO_PXEDHCP, Uint8Array.of(1)]], { end: false })]);
  }
  return withOptions(named, options);
};

/** What a boot answer adds as a proxy: the class that marks it, and "take this file, look for no other server". */
export const withProxyBoot = (
  answer: DhcpMessage,
  boot: BootAnswer,
  { kind, server }: { readonly kind: ClientKind; readonly server: number },
): DhcpMessage => {
  if (kind === "http") return withBoot(answer, boot, { kind, server });
  const control = encodeSubOptions([[PXE.discoveryControl, Uint8Array.of(PXE_USE_BOOT_FILE)]], { end: true });
  return withOptions(withBoot(answer, boot, { kind: "pxe", server }), [
    [OPTION.vendorClass, latin1Bytes("PXEClient")],
    [OPTION.vendorSpecific, control],
  ]);
};

/** Where an answer to `request` goes. */
export const destinationOf = (request: DhcpMessage, answer: DhcpMessage): Destination => {
  if (request.relayAddress !== 0) {
    return { kind: "unicast", address: request.relayAddress, port: SERVER_PORT };
  }
  const isNak = answer.options.get(OPTION.messageType)?.[0] === 6;
  if (!isNak && request.clientAddress !== 0) {
    return { kind: "unicast", address: request.clientAddress, port: CLIENT_PORT };
  }
  const mac = macOf(request.hardwareAddress);
  if (isNak || request.broadcast || answer.yourAddress === 0 || mac === undefined) {
    return { kind: "broadcast", port: CLIENT_PORT };
  }
  return { kind: "hardware", mac, address: answer.yourAddress, port: CLIENT_PORT };
};
