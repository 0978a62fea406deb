import { formatAddress } from "../../net/ipv4.ts";
import type { DhcpRefused } from "../timeline/events.ts";
import type { BootClient } from "./client.ts";
import { type MessageType, OPTION } from "./codes.ts";
import type { DhcpEffect } from "./effects.ts";
import type { DhcpMessage } from "./message.ts";
import { numberOption, textOption } from "./values.ts";

/** Tells the timeline of a message, either way. */
export const tellSeen = (
  client: BootClient,
  message: DhcpMessage,
  { type, now }: { readonly type: MessageType; readonly now: number },
): DhcpEffect => {
  const address =
    message.yourAddress || numberOption(message.options, OPTION.requestedAddress) || message.clientAddress;
  return {
    kind: "tell",
    event: {
      kind: "dhcp",
      mac: client.mac,
      at: now,
      message: type,
      client: client.kind,
      platform: client.platform,
      address: address === 0 ? "" : formatAddress(address),
      file: message.bootFile === "" ? (textOption(message.options, OPTION.bootFile) ?? "") : message.bootFile,
    },
  };
};

/** Tells the timeline why a machine did not get what it wanted. */
export const tellRefused = (
  client: BootClient,
  reason: DhcpRefused["reason"],
  { now, about = "" }: { readonly now: number; readonly about?: string },
): DhcpEffect => ({
  kind: "tell",
  event: {
    kind: "dhcp-refused",
    mac: client.mac,
    at: now,
    reason,
    client: client.kind,
    platform: client.platform,
    about,
  },
});
