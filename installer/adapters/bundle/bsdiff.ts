import { execFile, spawn } from "node:child_process";
import { type FileHandle, open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { ControlStep } from "../../core/bundle/patch-format.ts";
import { problemOf, systemCode } from "./errors.ts";
import { readPieces } from "./files.ts";

const execute = promisify(execFile);

/** The three streams of a BSDIFF40 patch, unpacked. */
export interface Bsdiff {
  readonly steps: readonly ControlStep[];
  difference(): AsyncIterable<Uint8Array>;
  extra(): AsyncIterable<Uint8Array>;
}

/**
 * Runs bsdiff (Debian package `bsdiff`) and reads its patch: 8 bytes magic, lengths of control and difference, size of
 * the result, then three bzip2 streams. Undefined when its steps reach outside the old file, which the format allows but
 * ours does not.
 */
export const bsdiff = async (
  files: { old: string; oldSize: number; fresh: string; patch: string },
  signal: AbortSignal,
): Promise<Bsdiff | undefined> => {
  await run("bsdiff", [files.old, files.fresh, files.patch], signal);
  const handle = await open(files.patch, "r");
  try {
    const header = Buffer.alloc(32);
    await handle.read(header, 0, 32, 0);
    if (header.toString("latin1", 0, 8) !== "BSDIFF40") throw failed("bsdiff", "unknown patch format");
    const controlEnd = 32 + offset(header, 8);
    const differenceEnd = controlEnd + offset(header, 16);
    const steps = await readSteps(unzip(files.patch, { start: 32, end: controlEnd }, signal), files.oldSize);
    if (steps === undefined) return undefined;
    return {
      steps,
      difference: () => unzip(files.patch, { start: controlEnd, end: differenceEnd }, signal),
      extra: () => unzip(files.patch, { start: differenceEnd }, signal),
    };
  } finally {
    await handle.close();
  }
};

/** Copies a stretch of a file into a file of its own. */
export const cutOut = async (
  from: string,
  range: { start: number; end: number },
  to: string,
): Promise<void> => {
  await rm(to, { force: true });
  const handle: FileHandle = await open(to, "wx");
  try {
    for await (const piece of readPieces(from, range)) await handle.writeFile(piece);
  } finally {
    await handle.close();
  }
};

const readSteps = async (
  stream: AsyncIterable<Uint8Array>,
  oldSize: number,
): Promise<readonly ControlStep[] | undefined> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const steps: ControlStep[] = [];
  let position = 0;
  for (let at = 0; at + 24 <= bytes.length; at += 24) {
    const difference = offset(bytes, at);
    const extra = offset(bytes, at + 8);
    if (difference > 0 && (position < 0 || position + difference > oldSize)) return undefined;
    steps.push({ position: difference === 0 ? 0 : position, difference, extra });
    position += difference + offset(bytes, at + 16);
  }
  return steps;
};

/** bsdiff's integers: 63 bits little endian, the top bit is the sign. */
const offset = (bytes: Buffer, at: number): number => {
  const raw = bytes.readBigUInt64LE(at);
  const size = Number(raw & 0x7fff_ffff_ffff_ffffn);
  return raw >> 63n === 1n ? -size : size;
};

async function* unzip(
  path: string,
  range: { start: number; end?: number },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const child = spawn("bzip2", ["-dc"], { stdio: ["pipe", "pipe", "ignore"], signal });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  ended.catch(() => {});
  child.stdin.on("error", () => {});
  Readable.from(readPieces(path, range)).pipe(child.stdin);
  yield* child.stdout as AsyncIterable<Uint8Array>;
  const code = await ended.catch((error: unknown) => {
    throw translate("bzip2", error);
  });
  if (code !== 0) throw failed("bzip2", `exit code ${code ?? "none"}`);
}

const run = async (program: string, args: readonly string[], signal: AbortSignal): Promise<void> => {
  try {
    await execute(program, [...args], { signal });
  } catch (error) {
    throw translate(program, error);
  }
};

const translate = (tool: string, error: unknown): SlipwayError => {
  if (error instanceof SlipwayError) return error;
  if (systemCode(error) === "ABORT_ERR") return SlipwayError.of("CANCELLED", {}, { cause: error });
  return systemCode(error) === "ENOENT"
    ? SlipwayError.of("BUNDLE_TOOL_MISSING", { tool }, { cause: error })
    : failed(tool, problemOf(error), error);
};

const failed = (tool: string, problem: string, cause?: unknown): SlipwayError =>
  SlipwayError.of("BUNDLE_TOOL_FAILED", { tool, problem }, { cause });
