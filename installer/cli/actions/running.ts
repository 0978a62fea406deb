import type { Operation, Step } from "../../contract/api/operations.ts";
import { errorEntry } from "../../contract/errors/index.ts";
import type { OperationParameters } from "../../contract/parameters.ts";
import { optionText, type Input } from "../command.ts";
import type { EngineClient } from "../link/client.ts";
import type { Session } from "../session.ts";
import { planLines } from "./cluster.ts";
import { watchOperation, wordsFor } from "./watch.ts";
import { whichCluster } from "./which-cluster.ts";

/** Probing asks machines that may be down. */
const PLAN_MS = 5 * 60_000;

/** Plans a workflow of a known cluster, or starts it and follows it to its end. Resolves with the exit code. */
export const runForCluster = async (
  session: Session,
  input: Input,
  { workflow, parameters }: { readonly workflow: string; readonly parameters: OperationParameters },
): Promise<number> => {
  const client = await session.engine();
  const cluster = await whichCluster(session, client, input.args[0]);
  const request = { workflow, spec: { cluster }, parameters };
  const words = await wordsFor(session, client);
  if (input.options["plan"] === true) {
    const plan = await client.operations.plan(request, { context: { deadlineMs: PLAN_MS } });
    await session.show(plan, () => planLines(plan, words, session));
    const failed = plan.steps.find(({ error }) => error !== undefined)?.error;
    return failed === undefined ? 0 : errorEntry(failed.code).exit;
  }
  const confirmation = optionText(input, "confirm");
  const operation = await client.operations.start({
    ...request,
    ...(confirmation === undefined ? {} : { confirmation }),
  });
  if (input.options["detach"] === true) {
    await session.show(operation, () => [operation.id]);
    return 0;
  }
  return watchOperation(session, { client, operation, words });
};

/** What a reading operation brought: the steps that ended, whatever their end. */
export interface Reading {
  readonly operation: Operation;
  readonly steps: readonly Step[];
}

/** Runs a workflow that only reads and waits for its end without printing how it goes. */
export const readCluster = async (
  client: EngineClient,
  { workflow, cluster }: { readonly workflow: string; readonly cluster: string },
): Promise<Reading> => {
  const { id } = await client.operations.start({ workflow, spec: { cluster }, parameters: {} });
  for await (const item of await client.operations.events({ id })) void item;
  const [operation, steps] = await Promise.all([
    client.operations.get({ id }),
    client.operations.steps({ id }),
  ]);
  return { operation, steps };
};
