import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { SavedDisks } from "../../core/ports/metal.ts";

/** Job ids become folder names: nothing else may. */
const JOB = /^[A-Za-z0-9_-]{1,64}$/;

/** Keeps what was saved of disks, and installers' logs, as files below the folder: `<job>/first` and so on. */
export const createSavedDisks = (folder: string): SavedDisks => {
  const placeOf = (job: string): string => {
    if (!JOB.test(job)) throw new RangeError(`no job: ${job}`);
    return join(folder, job);
  };
  const write = async (job: string, name: string, bytes: Uint8Array): Promise<string> => {
    const place = placeOf(job);
    await mkdir(place, { recursive: true, mode: 0o700 });
    const path = join(place, name);
    const file = await open(`${path}.new`, "w", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    for (const one of [place, folder]) {
      const directory = await open(one, "r");
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    }
    return path;
  };
  const read = async (job: string, name: string): Promise<Uint8Array | undefined> => {
    try {
      return await readFile(join(placeOf(job), name));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  };
  const about = (bytes: Uint8Array) => ({
    sha256: createHash("sha256").update(bytes).digest("hex"),
    size: bytes.length,
  });
  return {
    async put(job, part, bytes) {
      // The first one is what the disk held; after a power cut the disk is no longer what it was.
      const kept = await read(job, part);
      if (kept !== undefined) return about(kept);
      await write(job, part, bytes);
      return about(bytes);
    },
    get: read,
    log: (job, text) => write(job, "installer.log", new TextEncoder().encode(text)),
  };
};
