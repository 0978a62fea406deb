import { basename, dirname } from "node:path";
import type { Tools } from "./tools-root.ts";

/** A folder to be packed. */
export interface SquashRequest {
  readonly root: string;
  /** File to write; its folder exists. */
  readonly path: string;
  /** Seconds since the epoch: time of every file and of the file system. */
  readonly created: number;
  readonly component: string;
}

/** Packs a folder as squashfs with zstd. Equal folders give equal bytes: mksquashfs(1), "-reproducible". */
export const writeSquashfs = async (tools: Tools, request: SquashRequest): Promise<void> => {
  const time = String(request.created);
  await tools.run(
    [
      ...(["mksquashfs", "/work/root", `/work/out/${basename(request.path)}`] as const),
      ...["-comp", "zstd", "-Xcompression-level", "15", "-b", "262144"],
      ...["-noappend", "-reproducible", "-mkfs-time", time, "-all-time", time],
      ...["-no-progress", "-quiet", "-no-exports"],
    ],
    { component: request.component, folders: { root: request.root, out: dirname(request.path) } },
  );
};
