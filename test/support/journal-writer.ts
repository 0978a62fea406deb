import { openJournal } from "../../installer/adapters/journal/open.ts";
import { systemClock } from "../../installer/adapters/clock/system-clock.ts";
import { text } from "../../installer/core/contract.ts";
import { FakeLog } from "../fakes/log.ts";
import { sampleOperation } from "./journal-samples.ts";

/**
 * A process that appends until it is killed and prints the number of each event once it was promised to be durable.
 * Arguments: the database, the durability, and how many events to have under way at once.
 */
const [path = "", durability, width = "1"] = process.argv.slice(2);
const journal = await openJournal({
  path,
  clock: systemClock,
  log: new FakeLog(),
  backupEvery: { events: 200, keep: 2 },
});
const run = (await journal.operations()).length + 1;
const { id } = await journal.create(sampleOperation(run));
process.stdout.write(`0\n`);

const work = async (lane: number): Promise<void> => {
  const step = { phase: "machine.facts", machine: `m${lane}` };
  for (let attempt = 1; ; attempt += 1) {
    for (const body of [
      { type: "step.started", step, attempt },
      { type: "step.said", step, text: text("a line of output", "一行输出") },
      { type: "step.ended", step, outcome: "applied", durationMs: attempt, output: { attempt, run } },
    ] as const) {
      const { seq } = await journal.append(id, body, durability === "sync" ? "sync" : "commit");
      process.stdout.write(`${seq}\n`);
    }
  }
};

await Promise.all(Array.from({ length: Number(width) }, (_, lane) => work(lane)));
