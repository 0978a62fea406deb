import koffi from "koffi";

/** The socket calls that Node has no way to make. File descriptors are plain numbers; -1 means that {@link errno} says why. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  bind(fd: number, address: Uint8Array): number;
  sendto(fd: number, packet: Uint8Array, address: Uint8Array): number;
  /** Bytes read; -1 with EAGAIN when nothing waits. */
  recv(fd: number, into: Uint8Array): number;
  close(fd: number): number;
  interfaceIndex(name: string): number;
  errno(): number;
}

/** Numbers of <sys/socket.h> and friends on Linux, the same on x86-64 and arm64. */
export const LINUX = {
  AF_INET: 2,
  AF_INET6: 10,
  AF_PACKET: 17,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_CLOEXEC_NONBLOCK: 0o2004000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_BROADCAST: 6,
  SO_RCVBUF: 8,
  SO_BINDTODEVICE: 25,
  IPPROTO_IPV6: 41,
  IPPROTO_ICMPV6: 58,
  IPV6_MULTICAST_HOPS: 18,
  IPV6_UNICAST_HOPS: 16,
  IPV6_ADD_MEMBERSHIP: 20,
  ICMP6_FILTER: 1,
} as const;

let loaded: Libc | undefined;

/** Loads the C library once, when it is needed first; undefined where there is no glibc (other systems). */
export const libc = (): Libc | undefined => {
  if (process.platform !== "linux") return undefined;
  loaded ??= load();
  return loaded;
};

const load = (): Libc => {
  const library = koffi.load("libc.so.6");
  const socket = library.func("int socket(int domain, int type, int protocol)");
  const setsockopt = library.func(
    "int setsockopt(int fd, int level, int name, const void *value, uint32 length)",
  );
  const bind = library.func("int bind(int fd, const void *address, uint32 length)");
  const sendto = library.func(
    "intptr_t sendto(int fd, const void *packet, size_t size, int flags, const void *address, uint32 length)",
  );
  const recv = library.func("intptr_t recv(int fd, _Out_ void *into, size_t size, int flags)");
  const close = library.func("int close(int fd)");
  const index = library.func("uint32 if_nametoindex(const char *name)");
  return {
    socket: (domain, type, protocol) => Number(socket(domain, type, protocol)),
    setsockopt: (fd, level, ...rest) => Number(setsockopt(fd, level, ...withLength(...rest))),
    bind: (fd, address) => Number(bind(fd, address, address.length)),
    sendto: (fd, packet, address) => Number(sendto(fd, packet, packet.length, 0, address, address.length)),
    recv: (fd, into) => Number(recv(fd, into, into.length, 0)),
    close: (fd) => Number(close(fd)),
    interfaceIndex: (name) => Number(index(name)),
    errno: () => koffi.errno(),
  };
};

const withLength = (name: number, value: Uint8Array): [number, Uint8Array, number] => [
  name,
  value,
  value.length,
];

/** A C `int` as the bytes of this processor. */
export const cInt = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer);
