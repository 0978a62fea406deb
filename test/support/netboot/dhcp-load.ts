import { createSocket } from "node:dgram";
import { decodeDhcp } from "../../../installer/core/netboot/dhcp/decode.ts";
import { encodeDhcp } from "../../../installer/core/netboot/dhcp/encode.ts";
import { messageTypeOf } from "../../../installer/core/netboot/dhcp/values.ts";
import { formatAddress } from "../../../installer/core/net/ipv4.ts";
import { request } from "./messages.ts";

/** A machine's hardware address by number. */
export const numberedMac = (n: number): string =>
  `02:${[n >>> 24, n >>> 16, n >>> 8, n].map((part) => (part & 255).toString(16).padStart(2, "0")).join(":")}:01`;

interface Waiting {
  readonly mac: string;
  readonly done: (address: string) => void;
  readonly failed: (why: Error) => void;
  timer: NodeJS.Timeout | undefined;
  resends: number;
}

/** Many machines behind one relay: each gets an address as a client does. */
export class RelayedClients {
  readonly #socket = createSocket("udp4");
  readonly #waiting = new Map<number, Waiting>();
  readonly #server: string;
  readonly #relay: string;
  resends = 0;

  private constructor(server: string, relay: string) {
    this.#server = server;
    this.#relay = relay;
    this.#socket.on("message", (bytes) => this.#heard(bytes));
  }

  /** @param relay the address of this computer that answers come to, on port 67 */
  static async open(server: string, relay: string): Promise<RelayedClients> {
    const clients = new RelayedClients(server, relay);
    await new Promise<void>((resolve) => clients.#socket.bind(67, relay, resolve));
    clients.#socket.setRecvBufferSize(2 ** 22);
    return clients;
  }

  close(): void {
    this.#socket.close();
  }

  /** DISCOVER, OFFER, REQUEST, ACK; the address. Rejects after six resends. */
  address(xid: number): Promise<string> {
    return new Promise((done, failed) => {
      const waiting: Waiting = { mac: numberedMac(xid), done, failed, timer: undefined, resends: 0 };
      this.#waiting.set(xid, waiting);
      this.#send(
        xid,
        waiting,
        encodeDhcp(request("discover", { mac: waiting.mac, xid, kind: "pxe", arch: 7, relay: this.#relay })),
      );
    });
  }

  #send(xid: number, waiting: Waiting, packet: Uint8Array): void {
    clearTimeout(waiting.timer);
    this.#socket.send(packet, 67, this.#server);
    waiting.timer = setTimeout(() => {
      this.resends += 1;
      waiting.resends += 1;
      if (waiting.resends > 6) waiting.failed(new Error("no answer"));
      else this.#send(xid, waiting, packet);
    }, 2000);
  }

  #heard(bytes: Uint8Array): void {
    const answer = decodeDhcp(bytes);
    const waiting = answer === undefined ? undefined : this.#waiting.get(answer.xid);
    if (answer === undefined || waiting === undefined) return;
    const address = formatAddress(answer.yourAddress);
    const type = messageTypeOf(answer);
    if (type === "offer") {
      const { mac } = waiting;
      const wish = {
        mac,
        xid: answer.xid,
        kind: "pxe",
        arch: 7,
        relay: this.#relay,
        server: this.#server,
        wanted: address,
      } as const;
      this.#send(answer.xid, waiting, encodeDhcp(request("request", wish)));
    }
    if (type !== "ack") return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(answer.xid);
    waiting.done(address);
  }
}
