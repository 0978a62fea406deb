import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";
import { inspectJournal } from "./inspect.ts";
import { problemOf } from "./sqlite-faults.ts";

/** What the copying thread is asked for: a copy of `journal` at `target`, an empty file. */
export interface CopyRequest {
  readonly journal: string;
  readonly target: string;
}

/** How far the copy goes, or why there is none. */
export type CopyAnswer = { readonly seq: number } | { readonly problem: string };

/** Copies one consistent state while the engine goes on writing, then checks the copy: only a good one counts. */
const copy = async ({ journal, target }: CopyRequest): Promise<CopyAnswer> => {
  const database = new Database(journal, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    database.prepare("vacuum into ?").run(target);
  } finally {
    database.close();
  }
  const found = await inspectJournal(target);
  return found.state === "good"
    ? { seq: found.extent.seq }
    : { problem: "problem" in found ? found.problem : `the copy is ${found.state}` };
};

const answer = await copy(workerData as CopyRequest).catch((thrown: unknown) => ({
  problem: problemOf(thrown),
}));
parentPort?.postMessage(answer);
