import type { Digest } from "../../contract/bundle/manifest.ts";
import type { ReleaseBlob, ReleasePackage } from "../ports/release.ts";
import { blobDataPath, registryRoot } from "../registry/layout.ts";
import type { PlacedFile } from "../runtime/programs.ts";

/** A file that a machine shall have: which blob it is sent as, and what it is in the end. */
export interface ContentItem {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly blob: ReleaseBlob;
  readonly compressed: boolean;
  readonly content: ReleaseBlob;
}

const hex = (digest: Digest): string => digest.slice("sha256:".length);

/** A program of the release at its place. */
export const programItem = ({ file, path }: PlacedFile): ContentItem => ({
  path,
  mode: file.mode,
  blob: file.blob,
  compressed: file.compressed,
  content: file.content,
});

/** A blob at its place in the registry's storage. */
export const registryItem = (blob: ReleaseBlob): ContentItem => ({
  path: `${registryRoot}/${blobDataPath(blob.digest)}`,
  mode: 0o644,
  blob,
  compressed: false,
  content: blob,
});

/** A Debian package in a folder, to be installed from there. */
export const packageItem = ({ blob, fileName }: ReleasePackage, folder: string): ContentItem => ({
  path: `${folder}/${fileName}`,
  mode: 0o644,
  blob,
  compressed: false,
  content: blob,
});

/** Lines for the scripts of core/content/scripts.ts. Paths are ours and hold no white space. */
export const itemLines = (items: readonly ContentItem[]): string =>
  items
    .map(({ path, mode, blob, compressed, content }) =>
      [
        hex(content.digest),
        content.size,
        mode.toString(8),
        path,
        hex(blob.digest),
        blob.size,
        compressed ? "zstd" : "plain",
      ].join(" "),
    )
    .map((line) => `${line}\n`)
    .join("");

/** Bytes that sending the items takes. */
export const transferBytes = (items: readonly ContentItem[]): number =>
  items.reduce((sum, { blob }) => sum + blob.size, 0);
