import { open } from "node:fs/promises";

/** How much is read at once. */
const PIECE_BYTES = 2 ** 17;

/**
 * A file in pieces that share one buffer: a piece is good until the next is asked for. Files of any size go through
 * without garbage, which at 1 MB a piece would pile up faster than it is collected.
 */
export async function* readReusing(path: string): AsyncGenerator<Uint8Array, void> {
  const file = await open(path, "r");
  try {
    const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
