import type { RemoteInfo } from "node:dgram";
import type { Mac } from "../../../core/netboot/mac.ts";
import { negotiate, type TftpLimits } from "../../../core/netboot/tftp/negotiate.ts";
import { decodeTftp, encodeTftp, TFTP_ERROR, type TftpPacket } from "../../../core/netboot/tftp/packet.ts";
import type { FileRole } from "../../../core/netboot/timeline/events.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { BootFile, BootFiles, BootListener } from "../../../core/ports/netboot.ts";
import { bytesReader, type FileBlocks } from "../file-blocks.ts";
import type { LocalInterface } from "../sockets/packet-socket.ts";
import { openUdp } from "../sockets/udp.ts";
import { runTransfer, type TransferResult } from "./transfer.ts";

/** What the TFTP server works with. */
export interface TftpServerParts {
  readonly device: LocalInterface;
  readonly files: BootFiles;
  readonly blocks: FileBlocks;
  readonly limits: TftpLimits;
  readonly clock: Pick<Clock, "now" | "monotonic">;
  /** Whose address it is, for the timeline; undefined when nobody knows. */
  readonly macAt: (address: string) => Mac | undefined;
  readonly onEvent: BootListener;
  /** Default 69. */
  readonly port?: number;
}

/** A TFTP server that answers. */
export interface TftpServer {
  readonly port: number;
  /** Transfers under way. */
  active(): number;
  close(): Promise<void>;
}

/** Each has a socket and a few blocks in flight; firmware asks again when it gets no answer. */
const MOST_TRANSFERS = 4096;

type ReadRequest = Extract<TftpPacket, { kind: "read" | "write" }>;

/** Starts serving files, read only, on one interface. Rejects as {@link openUdp} does. */
export const startTftpServer = async (parts: TftpServerParts): Promise<TftpServer> => {
  const { device } = parts;
  const place = { interface: device.name, address: device.address, listen: "own" } as const;
  const main = await openUdp({ ...place, port: parts.port ?? 69 });
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();

  const refuse = (peer: RemoteInfo, code: number, message: string): void => {
    main.send(encodeTftp({ kind: "error", code, message }), peer.port, peer.address, () => undefined);
  };

  const serve = async (request: ReadRequest, peer: RemoteInfo): Promise<void> => {
    const started = parts.clock.monotonic();
    const answer = await parts.files.find({ protocol: "tftp", path: request.file });
    const mac = (answer.kind === "found" ? answer.mac : undefined) ?? parts.macAt(peer.address);
    const tell = (role: FileRole, size: number, result: TransferResult): void => {
      if (mac === undefined) return;
      const ms = Math.round(parts.clock.monotonic() - started);
      const at = parts.clock.now();
      parts.onEvent({
        kind: "file",
        protocol: "tftp",
        mac,
        at,
        path: request.file,
        role,
        size,
        ms,
        ...result,
      });
    };
    if (answer.kind !== "found") {
      refuse(peer, TFTP_ERROR.notFound, "no such file");
      tell("other", 0, { outcome: answer.kind, sent: 0 });
      return;
    }
    const { file } = answer;
    const { role, size } = file;
    if (mac !== undefined) {
      const at = parts.clock.now();
      parts.onEvent({ kind: "file-started", protocol: "tftp", mac, at, path: request.file, role, size });
    }
    tell(role, size, await send(file, request, peer));
  };

  const send = async (file: BootFile, request: ReadRequest, peer: RemoteInfo): Promise<TransferResult> => {
    const reader = file.kind === "bytes" ? bytesReader(file.bytes) : await parts.blocks.open(file.path);
    try {
      const socket = await openUdp({ ...place, port: 0 });
      try {
        const agreement = negotiate(request.options, { limits: parts.limits, size: reader.size });
        return await runTransfer({ socket, peer, reader, agreement, signal: stopping.signal });
      } finally {
        socket.close();
      }
    } finally {
      await reader.close();
    }
  };

  main.on("message", (bytes, peer) => {
    const packet = decodeTftp(bytes);
    if (packet === undefined || (packet.kind !== "read" && packet.kind !== "write")) return;
    if (packet.kind === "write") return refuse(peer, TFTP_ERROR.accessViolation, "read only");
    if (packet.mode !== "octet" && packet.mode !== "netascii") {
      return refuse(peer, TFTP_ERROR.illegalOperation, "octet mode only");
    }
    // A request that was sent again, because the first answer is still on its way.
    const key = `${peer.address}:${peer.port}`;
    if (running.has(key) || running.size >= MOST_TRANSFERS) return;
    const transfer = serve(packet, peer)
      .catch(() => refuse(peer, TFTP_ERROR.undefined, "cannot be read"))
      .finally(() => running.delete(key));
    running.set(key, transfer);
  });

  return {
    port: main.address().port,
    active: () => running.size,
    close: async () => {
      main.close();
      stopping.abort();
      await Promise.all(running.values());
    },
  };
};
