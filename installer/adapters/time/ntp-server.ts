import { createSocket, type Socket } from "node:dgram";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { TimeServer } from "../../core/ports/time-server.ts";

const NTP_PORT = 123;
const PACKET_BYTES = 48;

/** Seconds from NTP's epoch (1900) to Unix's (RFC 5905, figure 4). */
const EPOCH_OFFSET = 2_208_988_800;

/** Far enough from a real clock that a site's own time servers win against the appliance. */
const STRATUM = 10;

/** The appliance's own clock as an NTP server that is closed with the engine. */
export interface OpenedTimeServer extends TimeServer {
  close(): Promise<void>;
}

/**
 * Answers NTP clients (RFC 5905, mode 3) with this computer's clock. Own code, because it must run wherever the desktop
 * runs, where no chrony is; machines keep time with chrony themselves, so that a few milliseconds of jitter here are
 * averaged away.
 */
export const createTimeServer = (port = NTP_PORT): OpenedTimeServer => {
  const sockets = new Map<string, Promise<Socket>>();
  return {
    async serve(address) {
      const opening = sockets.get(address) ?? open(address, port);
      sockets.set(address, opening);
      try {
        await opening;
      } catch (cause) {
        sockets.delete(address);
        const problem = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
        throw SlipwayError.of("TIME_SERVER_UNAVAILABLE", { address, problem }, { cause });
      }
    },
    async close() {
      for (const opening of sockets.values()) (await opening.catch(() => undefined))?.close();
      sockets.clear();
    },
  };
};

const open = (address: string, port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    socket.once("error", reject);
    socket.on("message", (query, peer) => {
      const answer = ntpAnswer(query, clockMs());
      if (answer !== undefined) socket.send(answer, peer.port, peer.address, () => undefined);
    });
    socket.bind(port, address, () => {
      socket.off("error", reject);
      socket.on("error", () => undefined);
      socket.unref();
      resolve(socket);
    });
  });

/** Unix time with the fraction that Date leaves out. */
const clockMs = (): number => {
  const coarse = Date.now();
  const fine = performance.timeOrigin + performance.now();
  // The monotonic clock does not see the system clock being set; where they disagree, the system clock is right.
  return Math.abs(fine - coarse) < 2 ? fine : coarse;
};

/** The answer to an NTP packet, or undefined when it is no client's question. Pure. */
export const ntpAnswer = (query: Uint8Array, nowMs: number): Buffer | undefined => {
  const [first = 0] = query;
  const version = (first >> 3) & 7;
  if (query.length < PACKET_BYTES || (first & 7) !== 3 || version < 3 || version > 4) return undefined;
  const answer = Buffer.alloc(PACKET_BYTES);
  answer.writeUInt8((version << 3) | 4, 0);
  answer.writeUInt8(STRATUM, 1);
  answer.writeUInt8(query[2] ?? 6, 2);
  answer.writeInt8(-10, 3);
  // Root delay none, root dispersion about 1 ms.
  answer.writeUInt32BE(0x41, 8);
  answer.write("LOCL", 12, "latin1");
  writeTimestamp(answer, 16, nowMs);
  // The client's own transmit time comes back as the origin, by which it knows the answer for its own.
  answer.set(query.subarray(40, 48), 24);
  writeTimestamp(answer, 32, nowMs);
  writeTimestamp(answer, 40, nowMs);
  return answer;
};

const writeTimestamp = (packet: Buffer, at: number, ms: number): void => {
  const seconds = Math.floor(ms / 1000);
  // Era 1 begins in 2036: the seconds wrap, and clients unwrap them (RFC 5905, section 6).
  packet.writeUInt32BE((seconds + EPOCH_OFFSET) % 2 ** 32, at);
  packet.writeUInt32BE(Math.floor(((ms / 1000 - seconds) * 2 ** 32) % 2 ** 32), at + 4);
};
