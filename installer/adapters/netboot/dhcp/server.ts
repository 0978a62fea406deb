import type { Socket } from "node:dgram";
import { decodeDhcp } from "../../../core/netboot/dhcp/decode.ts";
import type { DhcpEffect } from "../../../core/netboot/dhcp/effects.ts";
import { encodeDhcp } from "../../../core/netboot/dhcp/encode.ts";
import type { Lease } from "../../../core/netboot/dhcp/lease-table.ts";
import { DhcpPolicy } from "../../../core/netboot/dhcp/policy.ts";
import { BOOT_SERVER_PORT } from "../../../core/netboot/dhcp/proxy.ts";
import type { BootDirectory, DhcpSettings } from "../../../core/netboot/dhcp/settings.ts";
import { udpFrame } from "../../../core/netboot/frames.ts";
import { formatAddress, parseAddress } from "../../../core/net/ipv4.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { AddressProbe, BootListener, LeaseStore } from "../../../core/ports/netboot.ts";
import { type LocalInterface, PacketSocket } from "../sockets/packet-socket.ts";
import { openUdp } from "../sockets/udp.ts";

/** What the DHCP server works with. */
export interface DhcpServerParts {
  readonly device: LocalInterface;
  readonly settings: DhcpSettings;
  readonly directory: BootDirectory;
  readonly store: LeaseStore;
  readonly probe: AddressProbe;
  readonly clock: Pick<Clock, "now">;
  readonly onEvent: BootListener;
  /** Leases could not be stored: the machines that asked were not answered and will ask again. */
  readonly onStoreFault: (fault: unknown) => void;
}

/** A DHCP server that answers. */
export interface DhcpServer {
  /** Leases as they stand, offers included. */
  leases(): readonly Lease[];
  close(): Promise<void>;
}

const SERVER_PORT = 67;
const EVERYBODY = "255.255.255.255";

/**
 * Starts answering on ports 67 and 4011 of one interface. Who starts it has looked for other servers first. Rejects as
 * {@link openUdp} does.
 */
export const startDhcpServer = async (parts: DhcpServerParts): Promise<DhcpServer> => {
  const { device, settings, directory, store, probe, clock } = parts;
  const policy = new DhcpPolicy(settings, { directory, leases: await store.load() });
  const place = { interface: device.name, address: device.address, listen: "any" } as const;
  const main = await openUdp({ ...place, port: SERVER_PORT });
  const sockets = [main];
  let frames: PacketSocket | undefined;
  const closeAll = (): void => {
    for (const socket of sockets) socket.close();
    frames?.[Symbol.dispose]();
  };
  try {
    // Only sends: a type that nobody uses hears nothing.
    frames = PacketSocket.open(device.name, UNUSED_ETHERTYPE);
    sockets.push(await openUdp({ ...place, port: BOOT_SERVER_PORT }));
  } catch (thrown) {
    closeAll();
    throw thrown;
  }

  const queue = new EffectQueue(parts, {
    send: (effect) => sendAnswer({ main, frames, device }, effect),
    probe: ({ mac, address }) =>
      void probe
        .taken(address, mac)
        .catch(() => false)
        .then((taken) => queue.add(policy.probed(mac, { address, taken, now: clock.now() }))),
  });
  const listen = (socket: Socket, port: number): void => {
    socket.on("message", (packet, peer) => {
      const message = decodeDhcp(packet);
      if (message === undefined) return;
      const from = { address: parseAddress(peer.address) ?? 0, port: peer.port };
      queue.add(policy.received(message, { port, peer: from, now: clock.now() }));
    });
  };
  listen(main, SERVER_PORT);
  sockets.slice(1).forEach((socket) => listen(socket, BOOT_SERVER_PORT));
  return {
    leases: () => policy.leases(),
    close: async () => {
      for (const socket of sockets) socket.removeAllListeners("message");
      await queue.idle();
      closeAll();
    },
  };
};

/** From the range for experiments (IEEE 802): nothing on a real network has it. */
const UNUSED_ETHERTYPE = 0x88b5;

type Send = Extract<DhcpEffect, { kind: "send" }>;

/** What the queue has others do. */
interface Hands {
  send(effect: Send): void;
  probe(effect: Extract<DhcpEffect, { kind: "probe" }>): void;
}

interface Ways {
  readonly main: Socket;
  readonly frames: PacketSocket | undefined;
  readonly device: LocalInterface;
}

const sendAnswer = ({ main, frames, device }: Ways, { message, to }: Send): void => {
  const packet = encodeDhcp(message);
  const ignore = (): void => undefined;
  switch (to.kind) {
    case "broadcast":
      main.send(packet, to.port, EVERYBODY, ignore);
      return;
    case "unicast":
      main.send(packet, to.port, formatAddress(to.address), ignore);
      return;
    case "hardware": {
      const route = {
        sourceMac: device.mac,
        source: parseAddress(device.address) ?? 0,
        sourcePort: SERVER_PORT,
        targetMac: to.mac,
        target: to.address,
        targetPort: to.port,
      };
      if (frames?.send(udpFrame(route, packet)) !== true) main.send(packet, to.port, EVERYBODY, ignore);
    }
  }
};

/**
 * Carries effects out in order, many at a time: all leases of a batch are stored in one write before any of its answers
 * goes out, and what arrives meanwhile is the next batch.
 */
class EffectQueue {
  readonly #parts: DhcpServerParts;
  readonly #do: Hands;
  #pending: DhcpEffect[] = [];
  #running: Promise<void> | undefined;

  constructor(parts: DhcpServerParts, hands: Hands) {
    this.#parts = parts;
    this.#do = hands;
  }

  add(effects: readonly DhcpEffect[]): void {
    if (effects.length === 0) return;
    this.#pending.push(...effects);
    this.#running ??= this.#run();
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // All that is waiting in the socket is read before the first batch is made.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      await this.#carryOut(batch);
    }
    this.#running = undefined;
  }

  async #carryOut(batch: readonly DhcpEffect[]): Promise<void> {
    const leases = batch.flatMap((effect) => (effect.kind === "store" ? [effect.lease] : []));
    try {
      if (leases.length > 0) await this.#parts.store.put(leases);
    } catch (fault) {
      this.#parts.onStoreFault(fault);
      return;
    }
    for (const effect of batch) {
      switch (effect.kind) {
        case "send":
          this.#do.send(effect);
          break;
        case "probe":
          this.#do.probe(effect);
          break;
        case "tell":
          this.#parts.onEvent(effect.event);
          break;
        case "store":
          break;
      }
    }
  }
}
