import { lstat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { FilesSource } from "../../../contract/bundle/sources.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { canonicalJson } from "../../../core/bundle/canonical.ts";
import type { FileTree, FilesBuilder, TreeEntry } from "../../../core/ports/builders.ts";
import { hashFile, treeOf } from "../common/files.ts";
import type { BuilderSettings } from "../common/settings.ts";

type FileSource = Extract<FilesSource, { kind: "file" }>;

/** Takes files of this repository. Permission bits are normalised, since a checkout's depend on who made it. */
export const fileBuilder = (settings: BuilderSettings): FilesBuilder<FileSource> => {
  const read = async (source: FileSource): Promise<FileTree> => {
    const location = join(settings.images, source.path);
    const about = await lstat(location).catch(() => undefined);
    if (about === undefined) {
      throw SlipwayError.of("BUILD_RECIPE_INVALID", {
        file: "components.yaml",
        count: 1,
        problem: `images/${source.path} does not exist`,
      });
    }
    if (!about.isDirectory()) {
      const mode = source.mode === undefined ? plainMode(about.mode) : Number.parseInt(source.mode, 8);
      return [{ kind: "file", path: basename(location), mode, size: about.size, location }];
    }
    return (await treeOf(location)).map((entry): TreeEntry =>
      entry.kind === "file"
        ? { ...entry, mode: plainMode(entry.mode) }
        : entry.kind === "folder"
          ? { ...entry, mode: 0o755 }
          : entry,
    );
  };
  return {
    identity: async (source) => {
      const entries = await Promise.all(
        (await read(source)).map(async (entry) =>
          entry.kind === "file"
            ? { path: entry.path, mode: entry.mode, sha256: await hashFile(entry.location) }
            : entry,
        ),
      );
      return canonicalJson({ builder: "file/1", entries });
    },
    cost: () => Promise.resolve({ cpuSeconds: 0, downloadBytes: 0, diskBytes: 0 }),
    build: async (source) => ({ files: await read(source), packages: [], origin: `images/${source.path}` }),
  };
};

const plainMode = (mode: number): number => ((mode & 0o111) === 0 ? 0o644 : 0o755);
