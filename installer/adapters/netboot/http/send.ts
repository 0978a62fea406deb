import type { ServerResponse } from "node:http";
import { type BlockReader, PIECE_BYTES } from "../file-blocks.ts";
import type { Turns } from "./turns.ts";

/** Which bytes go to whom. */
export interface SendParts {
  readonly response: ServerResponse;
  readonly reader: BlockReader;
  readonly start: number;
  /** The last byte, inclusive. */
  readonly end: number;
  readonly turns: Turns;
}

/** Writes the bytes as fast as the client takes them, one piece at a time. Resolves with the number handed to the kernel. */
export const sendBytes = async ({ response, reader, start, end, turns }: SendParts): Promise<number> => {
  let at = start;
  while (at <= end && !response.destroyed) {
    const index = Math.floor(at / PIECE_BYTES);
    const give = await turns.take();
    try {
      const from = at - index * PIECE_BYTES;
      const sent = await reader.use(index, async (piece) => {
        const chunk = piece.subarray(from, Math.min(piece.length, end + 1 - index * PIECE_BYTES));
        // The file became shorter: a broken connection is the only honest answer once the length was said.
        if (chunk.length === 0) throw new Error("the file ended early");
        // The next piece is read while this one is on its way.
        if (at + chunk.length <= end) reader.expect(index + 1);
        return (await written(response, chunk)) ? chunk.length : 0;
      });
      if (sent === 0) break;
      at += sent;
    } finally {
      give();
    }
  }
  return at - start;
};

/** Whether the client is still there once the kernel has the bytes. */
const written = (response: ServerResponse, chunk: Uint8Array): Promise<boolean> =>
  new Promise((resolve) => {
    const gone = (): void => resolve(false);
    response.once("close", gone);
    response.write(chunk, (error) => {
      response.off("close", gone);
      resolve(error === null || error === undefined);
    });
  });
