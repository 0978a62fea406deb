import { parentPort, workerData } from "node:worker_threads";
import type { WorkerData } from "./hash-pool.ts";
import { type HashTask, runHashTask } from "./hash-task.ts";

const progress = new BigInt64Array((workerData as WorkerData).counter);

parentPort?.on("message", (task: HashTask) => {
  parentPort?.postMessage(runHashTask(task, (bytes) => Atomics.add(progress, 0, BigInt(bytes))));
});
