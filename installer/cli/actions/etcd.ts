import type { Step } from "../../contract/api/operations.ts";
import { errorEntry, SlipwayError } from "../../contract/errors/index.ts";
import { APPLIANCE } from "../../contract/operation.ts";
import { optionText, type Action, type Input } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { timeText } from "../output/time.ts";
import { errorText, wordsWith } from "../progress/words.ts";
import { readCluster, runForCluster } from "./running.ts";
import { whichCluster } from "./which-cluster.ts";

interface Kept {
  readonly name: string;
  readonly machine: string;
  readonly kind: string;
  readonly at: number;
  readonly bytes: number;
  readonly revision: number;
  readonly keys: number;
  readonly sha256: string;
}

/** `cluster snapshot`. */
export const snapshot: Action = (session, input) =>
  runForCluster(session, input, { workflow: "snapshot", parameters: {} });

/** Names with commas between them. */
export const namesIn = (input: Input, option: string): string[] | undefined =>
  optionText(input, option)
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

/** `cluster restore`. */
export const restore: Action = (session, input) => {
  const named = optionText(input, "snapshot");
  const member = optionText(input, "fromMember");
  if ((named === undefined) === (member === undefined)) {
    throw SlipwayError.of("USAGE", { problem: session.say("restoreSource") });
  }
  const dead = namesIn(input, "lost");
  return runForCluster(session, input, {
    workflow: "restore",
    parameters: {
      snapshot: member === undefined ? (named ?? "") : `member:${member}`,
      ...(dead === undefined ? {} : { dead }),
    },
  });
};

const outputOf = ({ output }: Step): readonly Kept[] =>
  (output as { snapshots?: readonly Kept[] } | undefined)?.snapshots ?? [];

/** `cluster snapshots`. */
export const snapshots: Action = async (session, input) => {
  const client = await session.engine();
  const cluster = await whichCluster(session, client, input.args[0]);
  const { steps } = await readCluster(client, { workflow: "snapshots", cluster });
  const found = new Map<string, { readonly snapshot: Kept; readonly places: string[] }>();
  for (const step of steps) {
    const place = step.step.machine === APPLIANCE ? session.say("thisAppliance") : step.step.machine;
    for (const one of outputOf(step)) {
      const known = found.get(one.name) ?? { snapshot: one, places: [] };
      known.places.push(place);
      found.set(one.name, known);
    }
  }
  const all = [...found.values()].toSorted((one, other) => other.snapshot.at - one.snapshot.at);
  const failures = steps.flatMap(({ step, error }) => (error === undefined ? [] : [{ step, error }]));
  const words = wordsWith(session, new Map());
  const head = (["colName", "colTaken", "colSize", "colRevision", "colKept", "colDigest"] as const).map(
    (key) => session.say(key),
  );
  const rows = all.map(({ snapshot: one, places }) => [
    one.name,
    timeText(one.at),
    `${(one.bytes / 1024 / 1024).toFixed(1)} MiB`,
    String(one.revision),
    places.join(", "),
    one.sha256.slice(0, 16),
  ]);
  await session.show(
    { snapshots: all.map((one) => ({ ...one.snapshot, places: one.places })), failures },
    () => [
      ...(rows.length === 0 ? [session.say("nothing")] : tableLines(head, rows)),
      ...failures.map(({ step, error }) => `${step.machine}: ${errorText(words, error)}`),
    ],
  );
  const [failed] = failures;
  return failed === undefined ? 0 : errorEntry(failed.error.code).exit;
};
