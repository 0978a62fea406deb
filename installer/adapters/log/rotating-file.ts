import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";

/** A file and the share of the disk it may take: `maxBytes` times `keep` + 1. */
export interface RotatingFileOptions {
  readonly path: string;
  /** A line that would make the file larger begins a new one. Default 10 MiB. */
  readonly maxBytes?: number;
  /** Older files kept as `<path>.1` (newest) to `<path>.<keep>`. Default 5. */
  readonly keep?: number;
  /** Told once when the disk refuses a line, and again after it has worked in between. */
  readonly onFault?: (problem: string) => void;
}

const PRIVATE_FILE = 0o600;

/**
 * A log file that only its owner may read and that never grows beyond its share of the disk. Lines are written at once
 * and in order, so that the last words before a crash are there; a full disk loses lines, never the engine.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #keep: number;
  readonly #onFault: (problem: string) => void;
  #file: number | undefined;
  #size = 0;
  #faulty = false;

  constructor(options: RotatingFileOptions) {
    this.#path = options.path;
    this.#maxBytes = options.maxBytes ?? 10 * 1024 * 1024;
    this.#keep = options.keep ?? 5;
    this.#onFault = options.onFault ?? (() => undefined);
  }

  /** Appends one line, its line end included. */
  write(line: string): void {
    try {
      const bytes = Buffer.from(line);
      if (this.#file === undefined) this.#open();
      if (this.#size > 0 && this.#size + bytes.length > this.#maxBytes) this.#rotate();
      if (this.#file === undefined) return;
      let done = 0;
      while (done < bytes.length) done += writeSync(this.#file, bytes, done);
      this.#size += bytes.length;
      this.#faulty = false;
    } catch (error) {
      if (!this.#faulty) this.#onFault(error instanceof Error ? error.message : String(error));
      this.#faulty = true;
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): void {
    const flags = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW;
    const file = openSync(this.#path, flags, PRIVATE_FILE);
    fchmodSync(file, PRIVATE_FILE);
    this.#size = fstatSync(file).size;
    this.#file = file;
  }

  #rotate(): void {
    this.close();
    rmSync(`${this.#path}.${this.#keep}`, { force: true });
    for (let n = this.#keep - 1; n >= 0; n -= 1) {
      const from = n === 0 ? this.#path : `${this.#path}.${n}`;
      try {
        if (this.#keep > 0) renameSync(from, `${this.#path}.${n + 1}`);
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
      }
    }
    if (this.#keep === 0) rmSync(this.#path, { force: true });
    this.#open();
  }
}
