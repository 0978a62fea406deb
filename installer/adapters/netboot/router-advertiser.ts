import { latin1Bytes } from "../../core/netboot/bytes.ts";
import {
  encodeAdvertisement,
  ICMP6,
  isSolicitation,
  silentAdvertisement,
} from "../../core/netboot/router-advertisement.ts";
import { socketFailure } from "./sockets/failure.ts";
import { cInt, LINUX, libc, type Libc } from "./sockets/libc.ts";
import type { LocalInterface } from "./sockets/packet-socket.ts";

const POLL_MS = 50;

/** ff02::1, all nodes of the link, and ff02::2, all routers. */
const ALL_NODES = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const ALL_ROUTERS = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);

/**
 * Answers router solicitations on one interface, so that iPXE does not wait 16 seconds for them; what it says changes
 * nothing on any machine. Does nothing where there are no raw sockets, or where the interface has no IPv6. Throws
 * NETBOOT_NOT_PERMITTED.
 */
export const advertise = (device: LocalInterface): Disposable => {
  const calls = libc();
  const fd = calls === undefined ? undefined : openRaw(calls, device);
  if (calls === undefined || fd === undefined) return { [Symbol.dispose]: () => undefined };
  const answer = encodeAdvertisement(silentAdvertisement(device.mac));
  const everybody = socketAddress(calls.interfaceIndex(device.name));
  const buffer = new Uint8Array(2048);
  const timer = setInterval(() => {
    let asked = false;
    for (let count = 0; count < 64; count += 1) {
      const size = calls.recv(fd, buffer);
      if (size <= 0) break;
      asked ||= isSolicitation(buffer.subarray(0, size));
    }
    if (asked) calls.sendto(fd, answer, everybody);
  }, POLL_MS);
  timer.unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      calls.close(fd);
    },
  };
};

const openRaw = (calls: Libc, device: LocalInterface): number | undefined => {
  const type = LINUX.SOCK_RAW | LINUX.SOCK_CLOEXEC_NONBLOCK;
  const fd = calls.socket(LINUX.AF_INET6, type, LINUX.IPPROTO_ICMPV6);
  if (fd < 0) {
    const problem = calls.errno();
    // 97 EAFNOSUPPORT: this computer has no IPv6 at all.
    if (problem === 97) return undefined;
    throw socketFailure({ interface: device.name, address: device.address, port: 0 }, problem);
  }
  // Every type is blocked but one: a bit that is set blocks (RFC 3542, section 3.2).
  const filter = new Uint32Array(8).fill(0xffffffff);
  filter[ICMP6.routerSolicitation >> 5] = ~(1 << (ICMP6.routerSolicitation & 31)) >>> 0;
  const index = new Uint8Array(cInt(calls.interfaceIndex(device.name)));
  const done = [
    calls.setsockopt(fd, LINUX.SOL_SOCKET, LINUX.SO_BINDTODEVICE, latin1Bytes(`${device.name}\0`)),
    calls.setsockopt(fd, LINUX.IPPROTO_ICMPV6, LINUX.ICMP6_FILTER, new Uint8Array(filter.buffer)),
    // Receivers drop an advertisement that could have come through a router (RFC 4861, section 6.1.2).
    calls.setsockopt(fd, LINUX.IPPROTO_IPV6, LINUX.IPV6_MULTICAST_HOPS, cInt(255)),
    calls.setsockopt(
      fd,
      LINUX.IPPROTO_IPV6,
      LINUX.IPV6_ADD_MEMBERSHIP,
      Uint8Array.of(...ALL_ROUTERS, ...index),
    ),
  ];
  if (done.every((result) => result >= 0)) return fd;
  calls.close(fd);
  return undefined;
};

/** struct sockaddr_in6 of all nodes on the interface. */
const socketAddress = (index: number): Uint8Array => {
  const address = new Uint8Array(28);
  const view = new DataView(address.buffer);
  view.setUint16(0, LINUX.AF_INET6, true);
  address.set(ALL_NODES, 8);
  view.setUint32(24, index, true);
  return address;
};
