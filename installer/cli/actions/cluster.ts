import { errorEntry, SlipwayError } from "../../contract/errors/index.ts";
import type { Operation } from "../../contract/api/operations.ts";
import type { Plan } from "../../contract/operation.ts";
import { optionText, type Action, type Input } from "../command.ts";
import type { EngineClient } from "../link/client.ts";
import { errorText, stateText, type Words } from "../progress/words.ts";
import { tableLines } from "../output/table.ts";
import type { Session } from "../session.ts";
import { noteWarnings, problemLines, readSpec } from "./spec-file.ts";
import { watchOperation, wordsFor } from "./watch.ts";

/** `cluster check`. */
export const check: Action = (session, input) => runWorkflow("check", session, input);

/** `cluster plan`. */
export const plan: Action = (session, input) =>
  runWorkflow("bootstrap", session, { ...input, options: { ...input.options, plan: true } });

/** `cluster apply`. */
export const apply: Action = (session, input) => runWorkflow("bootstrap", session, input);

/** `machine forget`. */
export const forget: Action = (session, input) => runWorkflow("forget", session, input);

/** Plans a workflow over a spec in a file, or starts it and follows. */
export const runWorkflow = async (workflow: string, session: Session, input: Input): Promise<number> => {
  const spec = await readSpec(optionText(input, "file") ?? "", session.environment);
  const client = await session.engine();
  const verdict = await client.specs.validate(spec);
  if (!verdict.valid) {
    await session.show({ problems: verdict.problems }, () =>
      problemLines(spec.file, verdict.problems, session),
    );
    if (session.format !== "table") return errorEntry("SPEC_INVALID").exit;
    throw SlipwayError.of("SPEC_INVALID", { file: spec.file, count: verdict.problems.length });
  }
  noteWarnings(spec.file, verdict.warnings, session);
  return runRequest({ workflow, spec }, session, input);
};

/** What an operation is to be about, as the engine takes it. */
export type WorkflowRequest = Parameters<EngineClient["operations"]["plan"]>[0];

/** Plans what is asked for, or starts it and follows. */
export const runRequest = async (
  request: WorkflowRequest,
  session: Session,
  input: Input,
): Promise<number> => {
  const client = await session.engine();
  const words = await wordsFor(session, client);
  if (input.options["plan"] === true) {
    const plan = await client.operations.plan(request, { context: { deadlineMs: PLAN_MS } });
    await session.show(plan, () => planLines(plan, words, session));
    const failed = plan.steps.find(({ error }) => error !== undefined)?.error;
    return failed === undefined ? 0 : errorEntry(failed.code).exit;
  }
  const confirmation = optionText(input, "confirm");
  const operation = await startOrJoin(session, client, {
    ...request,
    ...(confirmation === undefined ? {} : { confirmation }),
  });
  if (input.options["detach"] === true) {
    await session.show(operation, () => [operation.id]);
    return 0;
  }
  return watchOperation(session, { client, operation, words });
};

/** Starts an operation. The very same one that runs already is followed instead: asking twice is no mistake. */
const startOrJoin = async (
  session: Session,
  client: EngineClient,
  request: Parameters<EngineClient["operations"]["start"]>[0],
): Promise<Operation> => {
  try {
    return await client.operations.start(request);
  } catch (error) {
    if (!(error instanceof SlipwayError) || error.code !== "OPERATION_UNDER_WAY") throw error;
    const id = String(error.params["running"]);
    session.note(session.say("followsRunning", { operation: id }));
    return client.operations.get({ id });
  }
};

/** Probing a large site takes minutes; the engine's own deadline is the shorter one. */
const PLAN_MS = 16 * 60_000;

/** A plan as a table: what would be done where, and why. */
export const planLines = (plan: Plan, words: Words, session: Session): string[] => {
  const { language } = words;
  const rows = plan.steps.map(({ step, title, effect, state, why, loss, error, blockedBy }) => [
    step.machine,
    title[language],
    stateText(words, effect),
    stateText(words, state),
    error === undefined
      ? ((loss ?? why)?.[language] ??
        blockedBy
          ?.map(({ phase, machine }) => `${phase}@${machine}`)
          .slice(0, 3)
          .join(", ") ??
        "")
      : errorText(words, error),
  ]);
  const head = [
    session.say("colMachine"),
    session.say("colStep"),
    session.say("colEffect"),
    session.say("colState"),
    session.say("colWhy"),
  ];
  return [
    ...tableLines(head, rows),
    session.say("planSummary", plan.summary),
    ...(plan.confirmation === undefined
      ? []
      : [session.say("planConfirm", { text: JSON.stringify(plan.confirmation) })]),
    session.say("planNothing"),
  ];
};
