import { createSocket } from "node:dgram";
import { decodeTftp, encodeTftp } from "../../../installer/core/netboot/tftp/packet.ts";

/** What is to be fetched, and how. */
export interface TftpWish {
  readonly host: string;
  readonly port: number;
  readonly file: string;
  readonly blockSize?: number;
  readonly windowSize?: number;
  /** Silence after which the last packet is sent again; six times, then it is an error. Default 1000. */
  readonly patienceMs?: number;
}

/** A plain TFTP client (RFC 1350, 2347, 2348, 7440). Rejects with the server's error, or when it stays silent. */
export const fetchTftp = async (wish: TftpWish): Promise<Buffer> => {
  const { host, port, file, blockSize, windowSize, patienceMs = 1000 } = wish;
  const socket = createSocket("udp4");
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const options = new Map<string, string>();
  if (blockSize !== undefined) options.set("blksize", String(blockSize));
  if (windowSize !== undefined) options.set("windowsize", String(windowSize));
  const chunks: Buffer[] = [];
  let size = 512;
  let window = 1;
  let have = 0;
  let peer = port;
  let resends = 0;
  let last = encodeTftp({ kind: "read", file, mode: "octet", options });
  let timer: NodeJS.Timeout | undefined;
  const send = (packet: Uint8Array): void => {
    last = packet;
    socket.send(packet, peer, host);
    clearTimeout(timer);
    timer = setTimeout(() => {
      resends += 1;
      if (resends > 6) reject(new Error("the server is silent"));
      else send(last);
    }, patienceMs);
  };
  const acknowledge = (): void => send(encodeTftp({ kind: "ack", block: have & 0xffff }));
  socket.on("error", reject);
  socket.on("message", (bytes, from) => {
    const packet = decodeTftp(bytes);
    if (peer === port) peer = from.port;
    if (packet === undefined || from.port !== peer) return;
    if (packet.kind === "error") reject(new Error(`server: ${packet.code} ${packet.message}`));
    if (packet.kind === "options" && have === 0) {
      size = Number(packet.options.get("blksize") ?? 512);
      window = Number(packet.options.get("windowsize") ?? 1);
      acknowledge();
    }
    if (packet.kind !== "data") return;
    if (packet.block !== ((have + 1) & 0xffff)) {
      // A hole: say what is here, once for each window.
      if (packet.block % window === 0) acknowledge();
      return;
    }
    have += 1;
    resends = 0;
    chunks.push(Buffer.from(packet.data));
    const end = packet.data.length < size;
    if (end || have % window === 0) acknowledge();
    else clearTimeout(timer);
    if (!end && have % window !== 0) timer = setTimeout(acknowledge, patienceMs);
    if (end) resolve(Buffer.concat(chunks));
  });
  send(last);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
};
