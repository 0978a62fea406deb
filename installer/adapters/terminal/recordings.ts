import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type CastHead, headLine, readHead } from "../../contract/asciicast.ts";
import type { Recording } from "../../contract/terminal.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { Clock } from "../../core/ports/index.ts";
import type { Recordings } from "../../core/ports/terminal.ts";
import { CastFile } from "./cast-file.ts";

const DAY_MS = 24 * 60 * 60_000;
const HEAD_BYTES = 64 * 1024;

/** What recordings are kept with. */
export interface RecordingsParts {
  readonly folder: string;
  readonly clock: Pick<Clock, "now" | "monotonic">;
  /** Kept this long. */
  readonly days?: number;
  /** Longest recording, in bytes of its file. */
  readonly longest?: number;
}

/** Recordings as files of asciicast v2, one a terminal, in one folder. */
export const createRecordings = (parts: RecordingsParts): Recordings => {
  const { folder, clock, days = 90, longest = 1024 ** 3 } = parts;
  const pathOf = (id: string): string => join(folder, `${id}.cast`);
  const unknown = (recording: string): SlipwayError =>
    SlipwayError.of("RECORDING_UNKNOWN", { recording, days });
  const requireId = (id: string): void => {
    if (!/^t-[0-9a-z]{12}$/.test(id)) throw unknown(id);
  };

  const head = async (id: string): Promise<Omit<Recording, "running">> => {
    requireId(id);
    const found = await readFirst(pathOf(id));
    if (found === undefined) throw unknown(id);
    return found;
  };
  const list: Recordings["list"] = async () => {
    const names = await readdir(folder).catch(() => []);
    const found = await Promise.all(
      names
        .filter((name) => /^t-[0-9a-z]{12}\.cast$/.test(name))
        .map((name) => readFirst(join(folder, name))),
    );
    return found
      .filter((recording) => recording !== undefined)
      .toSorted((one, other) => other.startedAt - one.startedAt);
  };
  return {
    days,
    async create(about, listener) {
      const path = pathOf(about.slipway.id);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const file = await open(path, "wx", 0o600);
        await file.write(headLine(about));
        return new CastFile(file, { path, clock, longest, ...listener });
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        throw SlipwayError.of("RECORDING_UNWRITABLE", { file: path, problem }, { cause: error });
      }
    },
    list,
    head,
    async *read(id) {
      await head(id);
      const stream = createReadStream(pathOf(id), { encoding: "utf8", highWaterMark: 256 * 1024 });
      for await (const piece of stream) yield piece as string;
    },
    async remove(id) {
      requireId(id);
      await rm(pathOf(id)).catch(() => {
        throw unknown(id);
      });
    },
    async tidy() {
      const oldest = clock.now() - days * DAY_MS;
      for (const { id, changedAt } of await list())
        if (changedAt < oldest) await rm(pathOf(id), { force: true });
    },
  };
};

/** What the first line says; undefined for what is no recording. */
const readFirst = async (path: string): Promise<Omit<Recording, "running"> | undefined> => {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const [line = ""] = buffer.toString("utf8", 0, bytesRead).split("\n", 1);
    const found: CastHead | undefined = readHead(line);
    const { size, mtimeMs } = await stat(path);
    if (found === undefined) return undefined;
    const { slipway, width, height, timestamp } = found;
    return {
      ...slipway,
      id: slipway.id,
      startedAt: timestamp * 1000,
      columns: width,
      rows: height,
      bytes: size,
      changedAt: Math.round(mtimeMs),
    };
  } finally {
    await file.close();
  }
};
