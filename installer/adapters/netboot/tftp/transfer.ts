import type { Socket } from "node:dgram";
import { joined, u16Bytes } from "../../../core/netboot/bytes.ts";
import type { Agreement } from "../../../core/netboot/tftp/negotiate.ts";
import { decodeTftp, encodeTftp, TFTP_ERROR } from "../../../core/netboot/tftp/packet.ts";
import { type SenderStep, TftpSender } from "../../../core/netboot/tftp/sender.ts";
import type { TransferOutcome } from "../../../core/netboot/timeline/events.ts";
import { type BlockReader, PIECE_BYTES } from "../file-blocks.ts";

/** A transfer that is about to begin. */
export interface TransferParts {
  /** A socket of its own: its port is the server's transfer id (RFC 1350, section 4). */
  readonly socket: Socket;
  readonly peer: { readonly address: string; readonly port: number };
  readonly reader: BlockReader;
  readonly agreement: Agreement;
  readonly signal: AbortSignal;
}

/** How it ended. */
export interface TransferResult {
  readonly outcome: TransferOutcome;
  /** Bytes that the client acknowledged. */
  readonly sent: number;
}

/** Sends one file and resolves when the client has it, gave up or went silent. Closes neither socket nor reader. */
export const runTransfer = (parts: TransferParts): Promise<TransferResult> => {
  const { socket, peer, reader, agreement, signal } = parts;
  const sender = new TftpSender(agreement, reader.size);
  const { promise, resolve } = Promise.withResolvers<TransferResult>();
  const { blockSize } = agreement;
  let timer: NodeJS.Timeout | undefined;
  let generation = 0;

  const ignore = (): void => undefined;
  const send = (packet: Uint8Array): void => socket.send(packet, peer.port, peer.address, ignore);

  const end = (outcome: TransferOutcome): void => {
    generation += 1;
    clearTimeout(timer);
    socket.removeAllListeners("message");
    signal.removeEventListener("abort", stop);
    resolve({ outcome, sent: Math.min(sender.arrived * blockSize, reader.size) });
  };
  const stop = (): void => end("broken");

  const rearm = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => take(sender.silence()), sender.pauseMs);
  };

  /** A window is cut short as soon as an acknowledgement asks for another one. */
  const sendBlocks = async (first: number, last: number): Promise<void> => {
    generation += 1;
    const mine = generation;
    for (let block = first; block <= last; block += 1) {
      const at = (block - 1) * blockSize;
      const packet = await dataPacket(reader, block, { at, size: Math.min(blockSize, reader.size - at) });
      if (generation !== mine) return;
      send(packet);
    }
  };

  const take = (step: SenderStep): void => {
    switch (step.kind) {
      case "options":
        send(encodeTftp({ kind: "options", options: agreement.answer }));
        rearm();
        return;
      case "blocks":
        rearm();
        sendBlocks(step.first, step.last).catch(() => {
          send(encodeTftp({ kind: "error", code: TFTP_ERROR.undefined, message: "cannot be read" }));
          end("broken");
        });
        return;
      case "wait":
        return;
      case "done":
        end("done");
        return;
      case "lost":
        end("stalled");
    }
  };

  socket.on("message", (bytes, from) => {
    if (from.address !== peer.address || from.port !== peer.port) {
      // RFC 1350, section 4: a stranger is told so and the transfer goes on.
      const stranger = encodeTftp({
        kind: "error",
        code: TFTP_ERROR.unknownTransfer,
        message: "unknown transfer",
      });
      socket.send(stranger, from.port, from.address, ignore);
      return;
    }
    const packet = decodeTftp(bytes);
    if (packet?.kind === "ack") take(sender.acknowledged(packet.block));
    // Firmware asks for the size, and ends the transfer before the first block.
    else if (packet?.kind === "error") end(sender.arrived === 0 ? "declined" : "broken");
  });
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  else take(sender.start());
  return promise;
};

/** A block of the file as a packet; the bytes come from one piece or, where the block lies across two, from both. */
const dataPacket = async (
  reader: BlockReader,
  block: number,
  { at, size }: { readonly at: number; readonly size: number },
): Promise<Uint8Array> => {
  const head = [u16Bytes(3), u16Bytes(block & 0xffff)];
  const index = Math.floor(at / PIECE_BYTES);
  const inside = at - index * PIECE_BYTES;
  if (size <= 0) return joined(head);
  if (inside + size <= PIECE_BYTES) {
    return reader.use(index, (piece) => joined([...head, piece.subarray(inside, inside + size)]));
  }
  const first = await reader.use(index, (piece) => Uint8Array.from(piece.subarray(inside)));
  return reader.use(index + 1, (piece) =>
    joined([...head, first, piece.subarray(0, inside + size - PIECE_BYTES)]),
  );
};
