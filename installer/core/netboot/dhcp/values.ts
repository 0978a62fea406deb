import { decoding, joined, latin1, PacketReader, u32Bytes } from "../bytes.ts";
import { messageTypes, OPTION, type MessageType } from "./codes.ts";
import type { DhcpMessage, DhcpOptions } from "./message.ts";

/** An option that holds one address or one number of four bytes. */
export const numberOption = (options: DhcpOptions, code: number): number | undefined => {
  const value = options.get(code);
  return value?.length === 4 ? new PacketReader(value).u32() : undefined;
};

/** An option that holds text. */
export const textOption = (options: DhcpOptions, code: number): string | undefined => {
  const value = options.get(code);
  return value === undefined ? undefined : latin1(value);
};

/** Option 53; undefined for plain BOOTP and for types that are not DHCP's eight. */
export const messageTypeOf = ({ options }: DhcpMessage): MessageType | undefined => {
  const value = options.get(OPTION.messageType);
  return value?.length === 1 ? messageTypes[(value[0] ?? 0) - 1] : undefined;
};

/** The value of option 53 for a type. */
export const messageTypeValue = (type: MessageType): Uint8Array =>
  Uint8Array.of(messageTypes.indexOf(type) + 1);

/** Options inside an option (43 of PXE, 82, 175); undefined when they run past it. */
export const subOptions = (value: Uint8Array): ReadonlyMap<number, Uint8Array> | undefined =>
  decoding(() => {
    const reader = new PacketReader(value);
    const found = new Map<number, Uint8Array>();
    while (reader.left > 0) {
      const code = reader.u8();
      if (code === OPTION.pad) continue;
      if (code === OPTION.end) break;
      found.set(code, reader.take(reader.u8()));
    }
    return found;
  });

/** Writes options inside an option; `end` closes the list, which PXE wants and RFC 3046 does not. */
export const encodeSubOptions = (
  entries: readonly (readonly [number, Uint8Array])[],
  { end }: { readonly end: boolean },
): Uint8Array =>
  joined([
    ...entries.flatMap(([code, value]) => [Uint8Array.of(code, value.length), value]),
    ...(end ? [Uint8Array.of(OPTION.end)] : []),
  ]);

/** Several addresses in one option: name servers, routers. */
export const addressesValue = (addresses: readonly number[]): Uint8Array => joined(addresses.map(u32Bytes));
