import type { FileHandle } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { eventLine } from "../../contract/asciicast.ts";
import type { TerminalSize } from "../../contract/terminal.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { Clock } from "../../core/ports/index.ts";
import type { RecordingWriter } from "../../core/ports/terminal.ts";

/** What a recording is written with. */
export interface CastFileParts {
  readonly path: string;
  readonly clock: Pick<Clock, "monotonic">;
  readonly longest: number;
  readonly failed: (error: unknown) => void;
  readonly drained: () => void;
}

/** Output that comes within this time is one event. */
const TOGETHER_MS = 15;
const LARGEST_EVENT = 128 * 1024;
/** What a power cut may cost, at most. */
const SYNC_MS = 3_000;

/**
 * A recording while it is made. Whole lines are handed to the system at once, so that a killed engine leaves a readable
 * file; every few seconds they are made to reach the disk.
 */
export class CastFile implements RecordingWriter {
  readonly #file: FileHandle;
  readonly #parts: CastFileParts;
  readonly #startedAt: number;
  readonly #decoder = new StringDecoder("utf8");
  #text = "";
  #textAt = 0;
  #lines: string[] = [];
  #linesLength = 0;
  #writing = 0;
  #written = 0;
  #timer: NodeJS.Timeout | undefined;
  #syncedAt: number;
  #work: Promise<void> = Promise.resolve();
  #failed = false;
  #closed = false;

  constructor(file: FileHandle, parts: CastFileParts) {
    this.#file = file;
    this.#parts = parts;
    this.#startedAt = parts.clock.monotonic();
    this.#syncedAt = this.#startedAt;
  }

  output(bytes: Uint8Array): void {
    if (this.#closed || this.#failed) return;
    if (this.#text === "") this.#textAt = this.#seconds();
    // A character that two pieces share must not become two broken ones.
    this.#text += this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    if (this.#text.length >= LARGEST_EVENT) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), TOGETHER_MS);
  }

  resize({ columns, rows }: TerminalSize): void {
    this.#endEvent();
    this.#line(eventLine([this.#seconds(), "r", `${columns}x${rows}`]));
    this.#flush();
  }

  pending(): number {
    return this.#text.length + this.#linesLength + this.#writing;
  }

  async close(remark: string): Promise<void> {
    if (this.#closed) return this.#work;
    this.#text += this.#decoder.end();
    this.#endEvent();
    this.#line(eventLine([this.#seconds(), "m", remark]));
    this.#flush();
    this.#closed = true;
    await this.#work;
    await this.#file.datasync().catch(() => undefined);
    await this.#file.close().catch(() => undefined);
  }

  #seconds(): number {
    return Math.round((this.#parts.clock.monotonic() - this.#startedAt) * 1000) / 1_000_000;
  }

  #endEvent(): void {
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    this.#line(eventLine([this.#textAt, "o", text]));
  }

  #line(line: string): void {
    this.#lines.push(line);
    this.#linesLength += line.length;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#endEvent();
    if (this.#lines.length === 0 || this.#failed) return;
    const bytes = Buffer.from(this.#lines.join(""));
    this.#lines = [];
    this.#linesLength = 0;
    this.#writing += bytes.length;
    this.#written += bytes.length;
    this.#work = this.#work.then(() => this.#write(bytes));
    if (this.#written > this.#parts.longest) {
      const megabytes = Math.round(this.#parts.longest / 2 ** 20);
      this.#fail(SlipwayError.of("RECORDING_FULL", { megabytes }));
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      if (bytes.length > 0) await this.#file.appendFile(bytes);
      const now = this.#parts.clock.monotonic();
      if (now - this.#syncedAt > SYNC_MS) {
        this.#syncedAt = now;
        await this.#file.datasync();
      }
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#fail(
        SlipwayError.of("RECORDING_UNWRITABLE", { file: this.#parts.path, problem }, { cause: error }),
      );
    } finally {
      this.#writing -= bytes.length;
      this.#parts.drained();
    }
  }

  #fail(error: SlipwayError): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#parts.failed(error);
  }
}
