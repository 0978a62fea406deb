import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { ImageFile, ImageWish, NodeImage, NodeImages } from "../../core/ports/metal.ts";
import type { SystemFile } from "../../core/ports/release.ts";

/** Programs that the network boots first; both signed ones run with and without Secure Boot. */
const LOADERS = ["shimx64.efi", "grubx64.efi", "undionly.kpxe", "snponly.efi"] as const;

/** Where images come from. */
export interface ImageParts {
  /** Files of the node OS and the installer in the bundle that is asked for, by name. */
  readonly files: (wish: ImageWish) => Promise<readonly SystemFile[]>;
  readonly blobPath: (digest: string) => string;
  /** Loaders are copied to here, under their own names. */
  readonly scratch: string;
  /** A folder with the same files, in the place of a bundle: for rehearsals with an image that is being made. */
  readonly folder: string | undefined;
}

/** The node OS and the installer of a bundle, or of a folder. */
export const createNodeImages = (parts: ImageParts): NodeImages => {
  const opened = new Map<string, Promise<NodeImage>>();
  const find = parts.folder === undefined ? inBundle(parts) : inFolder(parts.folder);
  return {
    open(wish) {
      const key = `${wish.bundle} ${wish.kubernetes} ${wish.variant}`;
      // The same object for the same wish: who compares images need not compare their files.
      const image = opened.get(key) ?? openImage((name) => find(wish, name));
      opened.set(key, image);
      image.catch(() => opened.delete(key));
      return image;
    },
    async loaders(wish) {
      if (parts.folder !== undefined) return parts.folder;
      await mkdir(parts.scratch, { recursive: true, mode: 0o755 });
      for (const name of LOADERS) {
        const { path } = await find(wish, name);
        await copyFile(path, join(parts.scratch, `${name}.new`));
        await rename(join(parts.scratch, `${name}.new`), join(parts.scratch, name));
      }
      return parts.scratch;
    },
  };
};

const openImage = async (find: (name: string) => Promise<ImageFile>): Promise<NodeImage> => {
  const [root, boot, kernel, initrd] = await Promise.all([
    find("root.squashfs"),
    find("boot.tar"),
    find("installer.vmlinuz"),
    find("installer.initrd"),
  ]);
  return { root, boot, kernel, initrd };
};

type Find = (wish: ImageWish, name: string) => Promise<ImageFile>;

const inBundle =
  ({ files, blobPath }: ImageParts): Find =>
  async (wish, name) => {
    const found = (await files(wish)).find((file) => file.name === name);
    if (found === undefined) throw SlipwayError.of("METAL_NO_IMAGE", { file: name });
    const { digest, size } = found.blob;
    return { path: blobPath(digest), sha256: digest.slice("sha256:".length), size };
  };

const inFolder = (folder: string): Find => {
  const known = new Map<string, { readonly stamp: string; readonly file: ImageFile }>();
  return async (_wish, name) => {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw SlipwayError.of("METAL_NO_IMAGE", { file: name });
    const stamp = `${found.size} ${found.mtimeMs}`;
    const before = known.get(name);
    if (before?.stamp === stamp) return before.file;
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }))
      hash.update(chunk as Buffer);
    const file = { path, sha256: hash.digest("hex"), size: found.size };
    known.set(name, { stamp, file });
    return file;
  };
};
