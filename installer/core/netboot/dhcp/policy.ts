import { contains, formatAddress } from "../../net/ipv4.ts";
import { latin1Bytes } from "../bytes.ts";
import { answerTo, destinationOf, leaseOptions, scopeOptions, withBoot, withOptions } from "./answer.ts";
import { type BootClient, bootClientOf } from "./client.ts";
import { OPTION, RELAY_LINK_SELECTION, type MessageType } from "./codes.ts";
import type { DhcpEffect, Peer } from "./effects.ts";
import { type Lease, LeaseTable } from "./lease-table.ts";
import type { DhcpMessage } from "./message.ts";
import { proxyAnswer } from "./proxy.ts";
import type { BootDirectory, DhcpScope, DhcpSettings, Intent } from "./settings.ts";
import { tellRefused, tellSeen } from "./tell.ts";
import { messageTypeOf, numberOption, subOptions } from "./values.ts";

/** How long an offer is held for the machine it was made to. */
const OFFER_MS = 30_000;
/** How long an address is not given out after something was found to answer for it. */
const DECLINE_MS = 600_000;
/** An address that was looked at this recently needs no new probe. */
const PROBE_KEPT_MS = 60_000;
/** Addresses tried for one machine before it is told that there is none. */
const MOST_PROBES = 8;
/** Machines whose address is being probed at once; the rest ask again by themselves. */
const MOST_WAITING = 4096;

type Served = Extract<Intent, { kind: "serve" }>;

/** One message with all that was found out about it. */
interface Question {
  readonly message: DhcpMessage;
  readonly client: BootClient;
  readonly intent: Served;
  readonly scope: DhcpScope;
}

interface Waiting extends Question {
  readonly address: number;
  readonly tries: number;
}

/**
 * What a DHCP server does (RFC 2131, section 4.3), without sockets, files or a clock: messages and times go in, effects
 * come out.
 */
export class DhcpPolicy {
  readonly #settings: DhcpSettings;
  readonly #directory: BootDirectory;
  readonly #leases: LeaseTable;
  readonly #waiting = new Map<string, Waiting>();
  readonly #probedAt = new Map<number, number>();

  constructor(
    settings: DhcpSettings,
    { directory, leases }: { readonly directory: BootDirectory; readonly leases: readonly Lease[] },
  ) {
    this.#settings = settings;
    this.#directory = directory;
    this.#leases = new LeaseTable(leases);
  }

  /** Leases as they stand, offers included. */
  leases(): readonly Lease[] {
    return this.#leases.all();
  }

  /** A message arrived from `peer` on the port (67, or 4011 for boot servers). */
  received(
    message: DhcpMessage,
    { port, peer, now }: { readonly port: number; readonly peer: Peer; readonly now: number },
  ): DhcpEffect[] {
    const type = messageTypeOf(message);
    const client = bootClientOf(message);
    if (message.op !== "request" || type === undefined || client === undefined) return [];
    if (message.relayAddress !== 0 && !this.#settings.relays) return [];
    const seen = tellSeen(client, message, { type, now });
    const intent = this.#directory.intentOf(client);
    if (intent.kind === "ignore") {
      const silent = type === "discover" || type === "request";
      return silent ? [seen, tellRefused(client, "not-listed", { now })] : [];
    }
    if (this.#settings.mode === "proxy" || port !== 67) {
      const answers = proxyAnswer(this.#settings, { message, client, type, port, peer, intent, now });
      return [seen, ...answers];
    }
    const scope = this.#scopeOf(message);
    if (scope === undefined) return [seen, tellRefused(client, "no-free-address", { now })];
    const question = { message, client, intent, scope };
    return [seen, ...this.#answer(question, type, now)];
  }

  #answer(question: Question, type: MessageType, now: number): DhcpEffect[] {
    switch (type) {
      case "discover":
        return this.#discover(question, { now, tries: 0 });
      case "request":
        return this.#request(question, now);
      case "decline":
        return this.#declined(question, now);
      case "release":
        return this.#released(question, now);
      case "inform":
        return this.#send(question, this.#ack(question, 0), now);
      case "offer":
      case "ack":
      case "nak":
        return [];
    }
  }

  /** The address that was to be probed is free, or something answers for it. */
  probed(
    mac: string,
    { address, taken, now }: { address: number; taken: boolean; now: number },
  ): DhcpEffect[] {
    const waiting = this.#waiting.get(mac);
    if (waiting === undefined || waiting.address !== address) return [];
    this.#waiting.delete(mac);
    if (!taken) {
      this.#rememberProbe(address, now);
      return this.#offer(waiting, address, now);
    }
    const lease: Lease = { address, mac, state: "declined", until: now + DECLINE_MS };
    this.#leases.set(lease);
    const about = formatAddress(address);
    return [
      { kind: "store", lease },
      tellRefused(waiting.client, "address-in-use", { now, about }),
      ...this.#discover(waiting, { now, tries: waiting.tries + 1 }),
    ];
  }

  #discover(question: Question, { now, tries }: { now: number; tries: number }): DhcpEffect[] {
    const { client } = question;
    const earlier = this.#waiting.get(client.mac);
    if (earlier !== undefined) {
      // Asked again while its address is being looked at: the answer goes to the newest question.
      this.#waiting.set(client.mac, { ...earlier, ...question });
      return [];
    }
    const address = tries < MOST_PROBES ? this.#find(question, now) : undefined;
    if (address === undefined) return [tellRefused(client, "no-free-address", { now })];
    const lease = this.#leases.of(client.mac);
    const own = lease?.address === address && lease.state !== "released" && lease.until > now;
    const fresh = (this.#probedAt.get(address) ?? -Infinity) > now - PROBE_KEPT_MS;
    // Behind a relay nothing can be probed from here; the relay's own network has to be clean.
    if (own || fresh || question.message.relayAddress !== 0) return this.#offer(question, address, now);
    if (this.#waiting.size >= MOST_WAITING) return [];
    this.#waiting.set(client.mac, { ...question, address, tries });
    // Taken off the free ones, or two machines that ask at once get the same.
    this.#leases.set({ address, mac: client.mac, state: "offered", until: now + OFFER_MS });
    return [{ kind: "probe", mac: client.mac, address }];
  }

  #offer(question: Question, address: number, now: number): DhcpEffect[] {
    const { client, message } = question;
    const current = this.#leases.of(client.mac);
    if (current?.address !== address || current.state !== "bound" || current.until <= now) {
      this.#leases.set({ address, mac: client.mac, state: "offered", until: now + OFFER_MS });
    }
    const offer = this.#complete(question, {
      ...answerTo(message, "offer", this.#settings),
      yourAddress: address,
    });
    return this.#send(question, offer, now);
  }

  #request(question: Question, now: number): DhcpEffect[] {
    const { message, client, scope } = question;
    const server = numberOption(message.options, OPTION.serverIdentifier);
    if (server !== undefined && server !== this.#settings.address) {
      const lease = this.#leases.of(client.mac);
      if (lease?.state === "offered") this.#leases.delete(lease.address);
      return [tellRefused(client, "other-server", { now, about: formatAddress(server) })];
    }
    const wanted = numberOption(message.options, OPTION.requestedAddress) ?? message.clientAddress;
    const lease = this.#leases.of(client.mac);
    const isOwn = lease?.address === wanted && this.#leases.isFreeFor(wanted, { mac: client.mac, now });
    // After a loss of the table, machines keep what they have as long as nobody else has it.
    const mayKeep =
      server === undefined &&
      lease === undefined &&
      this.#find(question, now, wanted) === wanted &&
      wanted !== 0;
    if (!contains(scope.subnet, wanted) || !(isOwn || mayKeep)) {
      const about = formatAddress(wanted);
      const refused = tellRefused(client, "wrong-address", { now, about });
      return [refused, ...this.#send(question, this.#nak(message), now)];
    }
    const until = now + this.#settings.leaseSeconds * 1000;
    const bound: Lease = { address: wanted, mac: client.mac, state: "bound", until };
    this.#leases.set(bound);
    return [{ kind: "store", lease: bound }, ...this.#send(question, this.#ack(question, wanted), now)];
  }

  #declined({ message, client }: Question, now: number): DhcpEffect[] {
    const address = numberOption(message.options, OPTION.requestedAddress) ?? 0;
    const lease = this.#leases.of(client.mac);
    // Only who was given an address may say that it is in use, or one machine could use up the whole range.
    if (lease?.address !== address) return [];
    const declined: Lease = { address, mac: client.mac, state: "declined", until: now + DECLINE_MS };
    this.#leases.set(declined);
    this.#probedAt.delete(address);
    const about = formatAddress(address);
    return [{ kind: "store", lease: declined }, tellRefused(client, "address-in-use", { now, about })];
  }

  #released({ message, client }: Question, now: number): DhcpEffect[] {
    const lease = this.#leases.of(client.mac);
    if (lease === undefined || lease.address !== message.clientAddress || lease.state !== "bound") return [];
    const released: Lease = { ...lease, state: "released", until: now };
    this.#leases.set(released);
    return [{ kind: "store", lease: released }];
  }

  #find({ client, intent, scope, message }: Question, now: number, wished?: number): number | undefined {
    return this.#leases.find({
      mac: client.mac,
      ranges: scope.ranges,
      reserved: intent.reserved,
      wished: wished ?? numberOption(message.options, OPTION.requestedAddress),
      isTaken: (address) =>
        address === this.#settings.address ||
        address === scope.router ||
        (this.#directory.reservedFor(address) ?? client.mac) !== client.mac,
      now,
    });
  }

  /** The subnet a machine is in: what its relay says, else what the relay's address says, else the interface's own. */
  #scopeOf(message: DhcpMessage): DhcpScope | undefined {
    const [own] = this.#settings.scopes;
    if (message.relayAddress === 0) return own;
    const relay = message.options.get(OPTION.relayInformation);
    const selected = relay === undefined ? undefined : subOptions(relay);
    const link = selected === undefined ? undefined : numberOption(selected, RELAY_LINK_SELECTION);
    const inside = link ?? message.relayAddress;
    return this.#settings.scopes.find(({ subnet }) => contains(subnet, inside));
  }

  #ack(question: Question, address: number): DhcpMessage {
    const ack = answerTo(question.message, "ack", this.#settings);
    return this.#complete(question, { ...ack, yourAddress: address });
  }

  #nak(message: DhcpMessage): DhcpMessage {
    const nak = answerTo(message, "nak", this.#settings);
    const why = latin1Bytes("this address is not yours here");
    // A relay must broadcast it: the machine's address is not good on that network (RFC 2131, section 4.3.2).
    const relayed = { ...nak, broadcast: message.relayAddress !== 0 || message.broadcast };
    return withRelay(withOptions(relayed, [[OPTION.message, why]]), message);
  }

  /** Everything a machine is told besides its address; without one (INFORM) nothing about leases. */
  #complete({ message, client, intent, scope }: Question, answer: DhcpMessage): DhcpMessage {
    const leased = answer.yourAddress === 0 ? [] : leaseOptions(this.#settings.leaseSeconds);
    const name: (readonly [number, Uint8Array])[] =
      intent.hostName === undefined ? [] : [[OPTION.hostName, latin1Bytes(intent.hostName)]];
    const plain = withOptions(answer, [...leased, ...scopeOptions(scope), ...name]);
    if (client.kind === "system" || typeof intent.boot === "string") return withRelay(plain, message);
    const server = this.#settings.address;
    return withRelay(withBoot(plain, intent.boot, { kind: client.kind, server }), message);
  }

  #send({ message, client, intent }: Question, answer: DhcpMessage, now: number): DhcpEffect[] {
    const type = messageTypeOf(answer) ?? "ack";
    return [
      { kind: "send", message: answer, to: destinationOf(message, answer) },
      tellSeen(client, answer, { type, now }),
      ...(client.kind !== "system" && intent.boot === "unsupported" && type === "offer"
        ? [tellRefused(client, "no-loader", { now })]
        : []),
    ];
  }

  #rememberProbe(address: number, now: number): void {
    // Old entries say nothing any more: without this the map would grow to the size of all ranges.
    if (this.#probedAt.size > 2 * MOST_WAITING) this.#probedAt.clear();
    this.#probedAt.set(address, now);
  }
}

const withRelay = (answer: DhcpMessage, request: DhcpMessage): DhcpMessage => {
  const relay = request.options.get(OPTION.relayInformation);
  return relay === undefined ? answer : withOptions(answer, [[OPTION.relayInformation, relay]]);
};
