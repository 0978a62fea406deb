/** Option numbers that the boot services read or write (RFC 2132, 3046, 4578 and the IANA registry). */
export const OPTION = {
  pad: 0,
  subnetMask: 1,
  router: 3,
  nameServer: 6,
  hostName: 12,
  mtu: 26,
  vendorSpecific: 43,
  requestedAddress: 50,
  leaseSeconds: 51,
  overload: 52,
  messageType: 53,
  serverIdentifier: 54,
  parameterList: 55,
  message: 56,
  maximumSize: 57,
  renewalSeconds: 58,
  rebindingSeconds: 59,
  vendorClass: 60,
  clientIdentifier: 61,
  tftpServer: 66,
  bootFile: 67,
  userClass: 77,
  relayInformation: 82,
  clientArchitecture: 93,
  clientInterface: 94,
  clientUuid: 97,
  /** iPXE's own encapsulated options (Etherboot, RFC-less; ipxe.org/howto/dhcpd). */
  ipxe: 175,
  end: 255,
} as const;

/** Values of option 53 (RFC 2132, section 9.6). */
export const messageTypes = [
  "discover",
  "offer",
  "request",
  "decline",
  "ack",
  "nak",
  "release",
  "inform",
] as const;

/** What a DHCP message asks or says. */
export type MessageType = (typeof messageTypes)[number];

/** Sub-options of option 43 as PXE uses them (Intel PXE 2.1, table 2-1). */
export const PXE = { discoveryControl: 6, end: 255 } as const;

/** "Do not look for boot servers; the file name in this answer is the one": bit 3 of PXE_DISCOVERY_CONTROL. */
export const PXE_USE_BOOT_FILE = 8;

/** iPXE's "do not wait for proxyDHCP offers", a sub-option of option 175: saves three seconds a start. */
export const IPXE_NO_PXEDHCP = 176;

/** RFC 3527: the subnet a relay wants the address from, when it is not that of its own address. */
export const RELAY_LINK_SELECTION = 5;
