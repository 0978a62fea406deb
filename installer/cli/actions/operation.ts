import type { Operation, Step } from "../../contract/api/operations.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { OperationStatus } from "../../contract/operation.ts";
import { argument, optionText, type Action, type Input } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { durationText, timeText } from "../output/time.ts";
import { checkLines, checkResults } from "../progress/checks.ts";
import { errorText, stateText, titleOf, wordsWith, type Words } from "../progress/words.ts";
import type { Session } from "../session.ts";
import { watchOperation, wordsFor } from "./watch.ts";

/** A whole number on the command line. */
export const wholeNumber = (input: Input, name: string): number | undefined => {
  const text = optionText(input, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw SlipwayError.of("USAGE", { problem: `--${name}: ${text}` });
  return Number(text);
};

/** `operation list`. */
export const list: Action = async (session, input) => {
  const client = await session.engine();
  const status = optionText(input, "status") as OperationStatus | undefined;
  const cluster = optionText(input, "cluster");
  const operations = await client.operations.list({
    ...(status === undefined ? {} : { status: [status] }),
    ...(cluster === undefined ? {} : { cluster }),
    limit: wholeNumber(input, "limit") ?? 20,
  });
  const words = wordsWith(session, new Map());
  await session.show(operations, () => operationLines(operations, words, session));
  return 0;
};

/** Operations as a table. */
export const operationLines = (
  operations: readonly Operation[],
  words: Words,
  session: Session,
): string[] => {
  if (operations.length === 0) return [session.say("nothing")];
  const head = [
    session.say("colOperation"),
    session.say("colWorkflow"),
    session.say("colCluster"),
    session.say("colMachines"),
    session.say("colStatus"),
    session.say("colStarted"),
    session.say("colTook"),
    session.say("colBy"),
  ];
  const rows = operations.map((operation) => [
    operation.id,
    operation.workflow,
    operation.cluster,
    String(operation.machines.length),
    stateText(words, operation.status),
    timeText(operation.createdAt),
    operation.endedAt === undefined ? "-" : durationText(operation.endedAt - operation.createdAt),
    operation.by,
  ]);
  return tableLines(head, rows);
};

/** `operation show`. */
export const show: Action = async (session, input) => {
  const client = await session.engine();
  const id = argument(input, 0);
  const [operation, steps, words] = await Promise.all([
    client.operations.get({ id }),
    client.operations.steps({ id }),
    wordsFor(session, client),
  ]);
  await session.show({ ...operation, steps }, () => [
    ...operationLines([operation], words, session),
    "",
    ...stepLines(steps, words, session),
  ]);
  return 0;
};

/** Steps as a table. */
export const stepLines = (steps: readonly Step[], words: Words, session: Session): string[] => {
  if (steps.length === 0) return [session.say("nothing")];
  const head = [
    session.say("colMachine"),
    session.say("colStep"),
    session.say("colState"),
    session.say("colAttempt"),
    session.say("colError"),
  ];
  const rows = steps.map(({ step, state, attempt, error }) => [
    step.machine,
    titleOf(words, step.phase),
    stateText(words, state),
    String(attempt),
    error === undefined ? "" : errorText(words, error),
  ]);
  return tableLines(head, rows);
};

/** `operation watch`. */
export const watch: Action = async (session, input) => {
  const client = await session.engine();
  const operation = await client.operations.get({ id: argument(input, 0) });
  const after = wholeNumber(input, "after");
  return watchOperation(session, { client, operation, ...(after === undefined ? {} : { after }) });
};

/** `operation pause`. */
export const pause: Action = async (session, input) => {
  const client = await session.engine();
  await client.operations.pause(decided(input));
  session.tell(session.say("done"));
  return 0;
};

/** `operation resume`. */
export const resume: Action = async (session, input) => {
  const client = await session.engine();
  const before = await client.operations.get({ id: argument(input, 0) });
  await client.operations.resume(decided(input));
  return watchOperation(session, { client, operation: before, after: before.lastSeq });
};

/** `operation retry`. */
export const retry: Action = async (session, input) => {
  const client = await session.engine();
  const machine = optionText(input, "machine");
  const before = await client.operations.get({ id: argument(input, 0) });
  await client.operations.resume({ ...decided(input), ...(machine === undefined ? {} : { machine }) });
  return watchOperation(session, { client, operation: before, after: before.lastSeq });
};

/** `operation cancel`. */
export const cancel: Action = async (session, input) => {
  const client = await session.engine();
  await client.operations.cancel(decided(input));
  session.tell(session.say("done"));
  return 0;
};

/** `operation skip`. */
export const skip: Action = async (session, input) => {
  const client = await session.engine();
  const phase = optionText(input, "phase");
  await client.operations.skip({
    ...decided(input),
    machine: argument(input, 1),
    ...(phase === undefined ? {} : { phase }),
  });
  session.tell(session.say("done"));
  return 0;
};

/** `operation report`. */
export const report: Action = async (session, input) => {
  const client = await session.engine();
  const id = argument(input, 0);
  const results = checkResults(await client.operations.steps({ id }));
  const words = wordsWith(session, new Map());
  await session.show(results, () =>
    results.length === 0
      ? [session.say("nothing")]
      : checkLines(results, { words, paint: session.paint, all: input.options["all"] === true }),
  );
  return 0;
};

const decided = (input: Input): { id: string; why: string } => ({
  id: argument(input, 0),
  why: optionText(input, "why") ?? "",
});
