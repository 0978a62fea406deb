import { open, type FileHandle } from "node:fs/promises";

/**
 * Makes what is in the write-ahead log durable without stopping the event loop: SQLite commits without fsync
 * (`synchronous=NORMAL`), and those who asked for more wait for an fdatasync of the log file, many of them for one.
 * Sound because a checkpoint syncs the log before it copies from it, and the database before it starts the log anew
 * (https://sqlite.org/wal.html#performance_considerations).
 */
export class WriteAheadSync {
  readonly #file: FileHandle;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens the log of the database at `path`, which must exist by now, and makes its name durable. */
  static async open(path: string, folder: string): Promise<WriteAheadSync> {
    const directory = await open(folder, "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
    return new WriteAheadSync(await open(`${path}-wal`, "r+"));
  }

  /** Resolves once everything committed before this call has reached the disk. */
  async sync(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#file.datasync().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    // The one that is running may have begun before our commit: wait for the next, together with everybody else.
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.sync();
      });
    return this.#next;
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => undefined);
    await this.#running?.catch(() => undefined);
    await this.#file.close();
  }
}
