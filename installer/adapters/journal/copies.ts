import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Clock } from "../../core/ports/clock.ts";
import type { Log } from "../../core/ports/log.ts";
import type { CopyAnswer, CopyRequest } from "./copy-worker.ts";
import { createPrivate, moveDurably, namesIn } from "./files.ts";
import { problemOf } from "./sqlite-faults.ts";

/** When automatic copies are made, and how many are kept. */
export interface CopyRule {
  readonly events: number;
  readonly hours: number;
  readonly keep: number;
  /** `never` spares the copy at start, for tests that open hundreds of journals. */
  readonly atStart: "always" | "never";
}

const NAME = /^journal-\d{8}T\d{9}Z-\d{12}\.db$/;
const PARTIAL = ".partial";

/** A time as it stands in file names: 20261121T021120123Z. */
export const stamp = (at: number): string => new Date(at).toISOString().replaceAll(/[-:.]/g, "");

/** Automatic copies in `folder`, newest first. */
export const listCopies = async (folder: string): Promise<readonly string[]> =>
  (await namesIn(folder))
    .filter((name) => NAME.test(name))
    .toSorted()
    .toReversed()
    .map((name) => join(folder, name));

/** How far a copy goes, by its name. */
const seqOf = (copy: string): number => Number(/-(\d{12})\.db$/.exec(copy)?.[1]);

/** What is copied, where to, and how often. */
export interface CopiesOptions {
  readonly journal: string;
  readonly folder: string;
  readonly rule: CopyRule;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes automatic copies of an open journal, in a thread of their own so that the engine goes on meanwhile. */
export class Copies {
  readonly #options: CopiesOptions;
  #running: Promise<void> | undefined;
  #lastSeq: number;
  #lastAt: number;

  constructor(options: CopiesOptions) {
    this.#options = options;
    this.#lastSeq = 0;
    this.#lastAt = options.clock.now();
  }

  /** Starts the copy that belongs to every start, unless the newest one goes as far as the journal. */
  async begin(seq: number): Promise<void> {
    if (this.#options.rule.atStart === "never") return;
    const newest = (await listCopies(this.#options.folder))[0];
    if (newest !== undefined && seqOf(newest) === seq) this.#lastSeq = seq;
    else void this.take(seq).catch(() => undefined);
  }

  /** Starts a copy when the rule says so. A copy that fails is reported and tried again after as many events. */
  consider(seq: number): void {
    const { rule, clock } = this.#options;
    if (seq === this.#lastSeq || this.#running !== undefined) return;
    const due = seq - this.#lastSeq >= rule.events || clock.now() - this.#lastAt >= rule.hours * 3_600_000;
    if (due) void this.take(seq).catch(() => undefined);
  }

  /** Makes a verified copy now; one at a time. Rejects when it could not be made. */
  async take(seq: number): Promise<void> {
    await this.#running?.catch(() => undefined);
    this.#lastSeq = seq;
    this.#lastAt = this.#options.clock.now();
    const run = this.#take().finally(() => {
      this.#running = undefined;
    });
    this.#running = run;
    return run;
  }

  /** Resolves when no copy is being made. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  async #take(): Promise<void> {
    const { journal, folder, rule, log, clock } = this.#options;
    const partial = join(folder, `journal${PARTIAL}`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await createPrivate(partial);
      const { seq } = await copyInThread({ journal, target: partial });
      const name = `journal-${stamp(clock.now())}-${String(seq).padStart(12, "0")}.db`;
      await moveDurably(partial, join(folder, name));
      for (const old of (await listCopies(folder)).slice(rule.keep)) await rm(old, { force: true });
      log.debug({ copy: name, seq }, "journal copied");
    } catch (thrown) {
      await rm(partial, { force: true }).catch(() => undefined);
      log.warn({ folder, problem: problemOf(thrown) }, "the journal could not be copied");
      throw thrown;
    }
  }
}

const copyInThread = (request: CopyRequest): Promise<{ seq: number }> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./copy-worker.ts", import.meta.url), {
      workerData: request,
      // Nothing of the engine's environment or arguments concerns a copy.
      env: {},
      execArgv: [],
    });
    worker.once("message", (answer: CopyAnswer) => {
      if ("seq" in answer) resolve(answer);
      else reject(new Error(answer.problem));
    });
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the copying thread ended early")));
  });
