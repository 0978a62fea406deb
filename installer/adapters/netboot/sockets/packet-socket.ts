import { networkInterfaces } from "node:os";
import { SlipwayError } from "../../../contract/errors/index.ts";
import type { Mac } from "../../../core/netboot/mac.ts";
import { socketFailure } from "./failure.ts";
import { LINUX, libc, type Libc } from "./libc.ts";

/** Frames are at most this long on networks that machines boot from; jumbo frames included. */
const MOST_BYTES = 10_000;

/** Turns in which a socket is emptied: beyond that, a flood would hold the event loop. */
const MOST_FRAMES = 256;

/** Whole Ethernet frames of one type, sent and heard on one interface. Needs CAP_NET_RAW; Linux only. */
export class PacketSocket implements Disposable {
  readonly #calls: Libc;
  readonly #fd: number;
  readonly #address: Uint8Array;
  readonly #buffer = new Uint8Array(MOST_BYTES);
  #open = true;

  private constructor(calls: Libc, fd: number, address: Uint8Array) {
    this.#calls = calls;
    this.#fd = fd;
    this.#address = address;
  }

  /** Undefined where the system has no such sockets. Throws NETBOOT_NOT_PERMITTED or NETBOOT_INTERFACE_UNKNOWN. */
  static open(name: string, ethertype: number): PacketSocket | undefined {
    const calls = libc();
    if (calls === undefined) return undefined;
    const place = { interface: name, address: "-", port: 0 };
    const index = calls.interfaceIndex(name);
    if (index === 0) throw socketFailure(place, "ENODEV");
    const fd = calls.socket(LINUX.AF_PACKET, LINUX.SOCK_RAW | LINUX.SOCK_CLOEXEC_NONBLOCK, 0);
    if (fd < 0) throw socketFailure(place, calls.errno());
    const address = linkAddress(index, ethertype);
    if (calls.bind(fd, address) < 0) {
      const problem = calls.errno();
      calls.close(fd);
      throw socketFailure(place, problem);
    }
    return new PacketSocket(calls, fd, address);
  }

  /** Whether the frame went out. */
  send(frame: Uint8Array): boolean {
    return this.#open && this.#calls.sendto(this.#fd, frame, this.#address) === frame.length;
  }

  /** The frames that wait, oldest first; each is good until the next call. */
  *receive(): Generator<Uint8Array, void> {
    for (let count = 0; this.#open && count < MOST_FRAMES; count += 1) {
      const size = this.#calls.recv(this.#fd, this.#buffer);
      if (size <= 0) return;
      yield this.#buffer.subarray(0, size);
    }
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#calls.close(this.#fd);
  }
}

/** struct sockaddr_ll (packet(7)). */
const linkAddress = (index: number, ethertype: number): Uint8Array => {
  const address = new Uint8Array(20);
  const view = new DataView(address.buffer);
  view.setUint16(0, LINUX.AF_PACKET, true);
  view.setUint16(2, ethertype);
  view.setInt32(4, index, true);
  return address;
};

/** An interface as this computer has it. */
export interface LocalInterface {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
  readonly mac: Mac;
}

/** The interface with that address. Throws NETBOOT_INTERFACE_UNKNOWN when it is down, has another address or is not there. */
export const localInterface = (name: string, address: string): LocalInterface => {
  const found = networkInterfaces()[name]?.find(
    (entry) => entry.family === "IPv4" && entry.address === address,
  );
  if (found === undefined) throw SlipwayError.of("NETBOOT_INTERFACE_UNKNOWN", { interface: name, address });
  return { name, address, netmask: found.netmask, mac: found.mac };
};
