import { createSocket, type Socket } from "node:dgram";
import { latin1Bytes } from "../../../core/netboot/bytes.ts";
import { nodeCode, socketFailure, type SocketPlace } from "./failure.ts";
import { cInt, LINUX, libc, type Libc } from "./libc.ts";

/** How a socket is to be opened. */
export interface UdpPlace extends SocketPlace {
  /** `any` hears broadcasts, too; `own` hears only what is sent to the interface's address. */
  readonly listen: "any" | "own";
}

/**
 * A UDP socket that hears and sends on one interface and no other. On Linux it is bound to the device (SO_BINDTODEVICE),
 * so that broadcasts of other interfaces never reach it; Node cannot do that itself, so the socket is made by the C
 * library and handed over by number. Elsewhere it is bound by address. Rejects with NETBOOT_INTERFACE_UNKNOWN,
 * NETBOOT_NOT_PERMITTED or NETBOOT_PORT_TAKEN.
 */
export const openUdp = async (place: UdpPlace): Promise<Socket> => {
  const calls = libc();
  const socket = createSocket("udp4");
  const bound = new Promise<void>((resolve, reject) => {
    socket.once("error", (error) => reject(socketFailure(place, nodeCode(error))));
    socket.once("listening", resolve);
  });
  bound.catch(() => undefined);
  try {
    if (calls === undefined) socket.bind({ port: place.port, address: place.address });
    else socket.bind({ fd: deviceSocket(calls, place) });
    await bound;
  } catch (thrown) {
    socket.close();
    throw thrown;
  }
  if (calls === undefined) socket.setBroadcast(true);
  socket.removeAllListeners("error");
  // A refused or unreachable peer is an error event of the socket; the peer's silence says the same.
  socket.on("error", () => undefined);
  return socket;
};

const deviceSocket = (calls: Libc, place: UdpPlace): number => {
  const fd = calls.socket(LINUX.AF_INET, LINUX.SOCK_DGRAM | LINUX.SOCK_CLOEXEC_NONBLOCK, 0);
  const check = (result: number): void => {
    if (result >= 0) return;
    const problem = calls.errno();
    if (fd >= 0) calls.close(fd);
    throw socketFailure(place, problem);
  };
  check(fd);
  check(calls.setsockopt(fd, LINUX.SOL_SOCKET, LINUX.SO_BROADCAST, cInt(1)));
  check(calls.setsockopt(fd, LINUX.SOL_SOCKET, LINUX.SO_BINDTODEVICE, latin1Bytes(`${place.interface}\0`)));
  // A burst of a thousand machines waits here while the event loop is busy; the kernel's limit cuts it.
  check(calls.setsockopt(fd, LINUX.SOL_SOCKET, LINUX.SO_RCVBUF, cInt(4 * 2 ** 20)));
  const address = place.listen === "any" ? [0, 0, 0, 0] : place.address.split(".").map(Number);
  const { port } = place;
  const name = Uint8Array.of(LINUX.AF_INET, 0, port >> 8, port & 0xff, ...address, 0, 0, 0, 0, 0, 0, 0, 0);
  check(calls.bind(fd, name));
  return fd;
};
