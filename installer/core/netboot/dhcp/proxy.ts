import { latin1Bytes } from "../bytes.ts";
import { answerTo, destinationOf, withOptions, withProxyBoot } from "./answer.ts";
import type { BootClient } from "./client.ts";
import { OPTION, type MessageType } from "./codes.ts";
import type { DhcpEffect, Peer } from "./effects.ts";
import type { DhcpMessage } from "./message.ts";
import type { DhcpSettings, Intent } from "./settings.ts";
import { tellRefused, tellSeen } from "./tell.ts";

/** A message to a server that gives no addresses. */
export interface ProxyQuestion {
  readonly message: DhcpMessage;
  readonly client: BootClient;
  readonly type: MessageType;
  readonly port: number;
  readonly peer: Peer;
  readonly intent: Extract<Intent, { kind: "serve" }>;
  readonly now: number;
}

/** The second port of PXE, where a client that has its address asks what to boot (Intel PXE 2.1, section 2.2). */
export const BOOT_SERVER_PORT = 4011;

/**
 * What a proxyDHCP server answers. To a DISCOVER: an offer without an address. UEFI firmware takes the file name only
 * from an answer on port 4011, so it is offered none at first and asks there; BIOS firmware and iPXE take it at once.
 */
export const proxyAnswer = (settings: DhcpSettings, question: ProxyQuestion): DhcpEffect[] => {
  const { message, client, type, port, intent, now } = question;
  if (client.kind === "system" || intent.boot === "none") return [];
  if (intent.boot === "unsupported") {
    return type === "discover" ? [tellRefused(client, "no-loader", { now })] : [];
  }
  const server = settings.address;
  if (port === BOOT_SERVER_PORT) {
    if (type !== "request" && type !== "inform" && type !== "discover") return [];
    const answer = withProxyBoot(
      answerTo(message, type === "discover" ? "offer" : "ack", settings),
      intent.boot,
      {
        kind: client.kind,
        server,
      },
    );
    return sendProxy(question, withUuid(answer, message));
  }
  // A request on port 67 is for the site's own server.
  if (type !== "discover") return [];
  const offer = answerTo(message, "offer", settings);
  const needsSecondStep =
    client.kind === "pxe" && client.platform !== "bios" && client.platform !== "unknown";
  const answer = needsSecondStep
    ? withOptions({ ...offer, nextServer: server }, [[OPTION.vendorClass, latin1Bytes("PXEClient")]])
    : withProxyBoot(offer, intent.boot, { kind: client.kind, server });
  return sendProxy(question, withUuid(answer, message));
};

/** PXE wants the client's UUID back (Intel PXE 2.1, table 2-1). */
const withUuid = (answer: DhcpMessage, request: DhcpMessage): DhcpMessage => {
  const uuid = request.options.get(OPTION.clientUuid);
  return uuid === undefined ? answer : withOptions(answer, [[OPTION.clientUuid, uuid]]);
};

const sendProxy = (
  { message, client, port, peer, now }: ProxyQuestion,
  answer: DhcpMessage,
): DhcpEffect[] => {
  const to = destinationOf(message, answer);
  return [
    {
      kind: "send",
      message: answer,
      // Who asks on 4011 has an address and listens where it sent from.
      to: port === BOOT_SERVER_PORT && peer.address !== 0 ? { kind: "unicast", ...peer } : to,
    },
    tellSeen(client, answer, { type: port === BOOT_SERVER_PORT ? "ack" : "offer", now }),
  ];
};
