import { arpProbe, decodeArp, ETHERTYPE } from "../../../core/netboot/frames.ts";
import type { AddressProbe } from "../../../core/ports/netboot.ts";
import { type LocalInterface, PacketSocket } from "../sockets/packet-socket.ts";

/** When questions go out, and when silence is believed. iPXE asks again after a second, firmware after four. */
const ASK_AT_MS = [0, 150] as const;
const WAIT_MS = 400;
const POLL_MS = 10;

interface Pending {
  readonly mac: string;
  readonly done: (taken: boolean) => void;
}

/** A probe that is closed with the server. */
export interface OpenedProbe extends AddressProbe, Disposable {}

/**
 * Asks by ARP whether an address is in use, from no address of our own, so that nobody's tables change (RFC 5227). Where
 * there are no packet sockets every address counts as free: declines of clients still find conflicts.
 */
export const openAddressProbe = (device: LocalInterface): OpenedProbe => {
  const socket = PacketSocket.open(device.name, ETHERTYPE.arp);
  const pending = new Map<number, Pending>();
  let timer: NodeJS.Timeout | undefined;

  const poll = (): void => {
    for (const frame of socket?.receive() ?? []) {
      const arp = decodeArp(frame);
      const asked = arp === undefined ? undefined : pending.get(arp.senderAddress);
      if (arp !== undefined && asked !== undefined && arp.senderMac !== asked.mac) asked.done(true);
    }
    if (pending.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };

  return {
    taken: async (address, mac) => {
      if (socket === undefined) return false;
      pending.get(address)?.done(false);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timers = [
        ...ASK_AT_MS.map((ms) => setTimeout(() => socket.send(arpProbe(device.mac, address)), ms)),
        setTimeout(() => {
          poll();
          own.done(false);
        }, WAIT_MS),
      ];
      const own: Pending = {
        mac,
        done: (taken) => {
          timers.forEach((one) => clearTimeout(one));
          if (pending.get(address) === own) pending.delete(address);
          resolve(taken);
        },
      };
      pending.set(address, own);
      timer ??= setInterval(poll, POLL_MS);
      return promise;
    },
    [Symbol.dispose]() {
      for (const { done } of pending.values()) done(false);
      clearInterval(timer);
      socket?.[Symbol.dispose]();
    },
  };
};
