import { decoding, latin1, PacketReader } from "../bytes.ts";
import { macOf, type Mac } from "../mac.ts";
import { OPTION } from "./codes.ts";
import type { DhcpMessage } from "./message.ts";
import { textOption } from "./values.ts";

/** What a machine's firmware can run: the loader must be made for it. */
export type Platform = "bios" | "efi-ia32" | "efi-x64" | "efi-arm32" | "efi-arm64" | "unknown";

/** What kind of program is asking for an address. */
export type ClientKind =
  /** Firmware that loads over TFTP (vendor class PXEClient). */
  | "pxe"
  /** UEFI HTTP boot (vendor class HTTPClient). */
  | "http"
  /** iPXE, whichever way it was started: it reads scripts. */
  | "ipxe"
  /** An operating system or an installer: it wants an address and nothing else. */
  | "system";

/** Who asks, as far as its packet says. */
export interface BootClient {
  readonly mac: Mac;
  readonly kind: ClientKind;
  readonly platform: Platform;
  /** SMBIOS UUID as firmware shows it (option 97, first three fields little endian), when sent. */
  readonly uuid: string | undefined;
}

/** Processor architecture types (IANA, RFC 4578 section 2.1 and its errata: 7 is what x64 firmware really sends). */
const platforms = new Map<number, Platform>([
  [0, "bios"],
  [6, "efi-ia32"],
  [7, "efi-x64"],
  [9, "efi-x64"],
  [10, "efi-arm32"],
  [11, "efi-arm64"],
  [15, "efi-ia32"],
  [16, "efi-x64"],
  [18, "efi-arm32"],
  [19, "efi-arm64"],
  // PC/AT BIOS booting from HTTP.
  [20, "bios"],
]);

/** Reads a request's client; undefined when it has no Ethernet address, which nothing here can answer. */
export const bootClientOf = (message: DhcpMessage): BootClient | undefined => {
  if (message.hardwareType !== 1) return undefined;
  const mac = macOf(message.hardwareAddress);
  if (mac === undefined) return undefined;
  return { mac, kind: kindOf(message), platform: platformOf(message), uuid: uuidOf(message) };
};

const kindOf = (message: DhcpMessage): ClientKind => {
  if (isIpxe(message)) return "ipxe";
  const vendor = textOption(message.options, OPTION.vendorClass) ?? "";
  if (vendor.startsWith("HTTPClient")) return "http";
  if (vendor.startsWith("PXEClient")) return "pxe";
  return "system";
};

/** iPXE sends its user class as plain text; RFC 3004 wants a length before it. Its option 175 tells it for sure. */
const isIpxe = ({ options }: DhcpMessage): boolean => {
  const userClass = options.get(OPTION.userClass);
  if (userClass === undefined) return options.has(OPTION.ipxe);
  return latin1(userClass) === "iPXE" || (userClass[0] === 4 && latin1(userClass.subarray(1, 5)) === "iPXE");
};

const platformOf = ({ options }: DhcpMessage): Platform => {
  const value = options.get(OPTION.clientArchitecture);
  if (value !== undefined && value.length >= 2) {
    const code = decoding(() => new PacketReader(value).u16());
    return platforms.get(code ?? -1) ?? "unknown";
  }
  // `PXEClient:Arch:00007:UNDI:003016`: firmware that leaves option 93 out still says it here.
  const arch = /^(?:PXE|HTTP)Client:Arch:(\d{5})/.exec(textOption(options, OPTION.vendorClass) ?? "")?.[1];
  return arch === undefined ? "unknown" : (platforms.get(Number(arch)) ?? "unknown");
};

const uuidOf = ({ options }: DhcpMessage): string | undefined => {
  const value = options.get(OPTION.clientUuid);
  if (value?.length !== 17 || value[0] !== 0) return undefined;
  const hex = Array.from(value.subarray(1), (byte) => byte.toString(16).padStart(2, "0"));
  const swapped = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((at) => hex[at]).join("");
  return swapped.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};
