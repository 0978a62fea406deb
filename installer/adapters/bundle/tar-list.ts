import { open } from "node:fs/promises";
import { readTarHeader, TAR_BLOCK, tarPadding } from "../../core/bundle/tar.ts";

/** Where a regular file lies inside a tar archive. */
export interface TarMember {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Finds the regular files of any tar archive by hopping from header to header. Undefined when it is not one. */
export const listTar = async (path: string): Promise<readonly TarMember[] | undefined> => {
  const handle = await open(path, "r");
  const members: TarMember[] = [];
  const block = Buffer.alloc(TAR_BLOCK);
  try {
    for (let at = 0; ;) {
      const { bytesRead } = await handle.read(block, 0, TAR_BLOCK, at);
      if (bytesRead < TAR_BLOCK) return bytesRead === 0 ? members : undefined;
      const { empty, checksumFits, name, size, type } = readTarHeader(block);
      if (empty) return members;
      if (!checksumFits || !Number.isSafeInteger(size)) return undefined;
      const start = at + TAR_BLOCK;
      if (type === "0" || type === "\0") members.push({ name, start, end: start + size });
      at = start + size + tarPadding(size);
    }
  } finally {
    await handle.close();
  }
};
