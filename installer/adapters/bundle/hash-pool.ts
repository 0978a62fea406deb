import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { SlipwayError } from "../../contract/errors/index.ts";
import { type HashReply, type HashTask, runHashTask, type Segment } from "./hash-task.ts";

/** What a worker is born with: one shared count of bytes done. */
export interface WorkerData {
  readonly counter: SharedArrayBuffer;
}

/** More threads than this gain nothing on any disk, and each takes some 10 MB. */
const MAX_WORKERS = 8;

/** Work below this size is done at once: handing it to a thread would take longer. */
const INLINE_BYTES = 2 ** 20;

interface Job {
  readonly task: HashTask;
  readonly done: (reply: HashReply) => void;
  readonly fail: (error: Error) => void;
}

/**
 * Threads that hash (and copy) files, because one core does not keep up with a fast disk. Blobs are independent, so no
 * thread waits for another. Threads are started when the first large piece of work comes.
 */
export class HashPool implements AsyncDisposable {
  readonly #limit: number;
  readonly #idle: Worker[] = [];
  readonly #all: Worker[] = [];
  readonly #waiting: Job[] = [];
  readonly #progress = new BigInt64Array(new SharedArrayBuffer(8));
  #ids = 0;
  #disposed = false;

  constructor(workers = Math.min(availableParallelism(), MAX_WORKERS)) {
    this.#limit = workers;
  }

  /** Bytes hashed so far by all threads together. */
  get bytesDone(): number {
    return Number(Atomics.load(this.#progress, 0));
  }

  /** Runs one task as soon as a thread is free. Rejects with CANCELLED once the pool is disposed. */
  async run(segments: readonly Segment[], out?: string): Promise<HashReply> {
    if (this.#disposed) throw SlipwayError.of("CANCELLED", {});
    this.#ids += 1;
    const task = { id: this.#ids, segments, out };
    const size = segments.reduce((sum, { start, end }) => sum + end - start, 0);
    if (size <= INLINE_BYTES) {
      return runHashTask(task, (bytes) => Atomics.add(this.#progress, 0, BigInt(bytes)));
    }
    return new Promise((done, fail) => {
      this.#waiting.push({ task, done, fail });
      this.#next();
    });
  }

  /** Stops the threads at once, whatever they do. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    for (const { fail } of this.#waiting.splice(0)) fail(SlipwayError.of("CANCELLED", {}));
    await Promise.all(this.#all.map(async (worker) => worker.terminate()));
  }

  #next(): void {
    if (this.#waiting.length === 0) return;
    const worker = this.#idle.pop() ?? this.#start();
    if (worker === undefined) return;
    const job = this.#waiting.shift();
    if (job !== undefined) this.#hand(worker, job);
  }

  #start(): Worker | undefined {
    if (this.#all.length >= this.#limit) return undefined;
    const workerData: WorkerData = { counter: this.#progress.buffer };
    const worker = new Worker(new URL(import.meta.resolve("./hash-worker.ts")), { workerData });
    this.#all.push(worker);
    return worker;
  }

  #hand(worker: Worker, job: Job): void {
    const forget = (): void => {
      worker.off("message", onMessage);
      worker.off("error", onError);
      worker.off("exit", onExit);
    };
    const onMessage = (reply: HashReply): void => {
      forget();
      this.#idle.push(worker);
      job.done(reply);
      this.#next();
    };
    const onError = (error: Error): void => {
      forget();
      job.fail(error);
    };
    const onExit = (): void => onError(SlipwayError.of("CANCELLED", {}));
    worker.on("message", onMessage);
    worker.on("error", onError);
    worker.on("exit", onExit);
    worker.postMessage(job.task);
  }
}
