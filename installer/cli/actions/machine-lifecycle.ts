import { errorEntry, SlipwayError } from "../../contract/errors/index.ts";
import type { OperationParameters } from "../../contract/parameters.ts";
import { optionText, type Action, type Input } from "../command.ts";
import type { Session } from "../session.ts";
import { planLines } from "./cluster.ts";
import { wholeNumber } from "./operation.ts";
import { watchOperation, wordsFor } from "./watch.ts";
import { whichCluster } from "./which-cluster.ts";

/** Probing asks the API and the machines named, which may be down. */
const PLAN_MS = 5 * 60_000;

/** `machine drain`. */
export const drain: Action = (session, input) => start("drain", session, input);
/** `machine maintain`. */
export const maintain: Action = (session, input) => start("maintain", session, input);
/** `machine return`. */
export const giveBack: Action = (session, input) => start("return", session, input);
/** `machine reboot`. */
export const reboot: Action = (session, input) => start("reboot", session, input);
/** `machine shutdown`. */
export const shutdown: Action = (session, input) => start("shutdown", session, input);

/** `machine fence`: without the typed word it is the plan that is shown. */
export const fence: Action = async (session, input) => {
  if (input.options["plan"] === true || optionText(input, "confirm") !== undefined) {
    return start("fence", session, input);
  }
  const planned = await start("fence", session, { ...input, options: { ...input.options, plan: true } });
  return planned === 0 ? errorEntry("DESTRUCTION_NOT_CONFIRMED").exit : planned;
};

/** The machines named, and the one cluster they are of when they were named as CLUSTER/MACHINE. */
const namedMachines = (
  session: Session,
  input: Input,
): { cluster: string | undefined; machines: string[] } => {
  const clusters = new Set<string>();
  const named = optionText(input, "cluster");
  if (named !== undefined) clusters.add(named);
  const machines = input.args.flatMap((target) => {
    if (target === undefined) return [];
    const [first = "", second, ...rest] = target.split("/");
    if (rest.length > 0 || first === "" || second === "") {
      throw SlipwayError.of("USAGE", { problem: session.say("machineTarget", { target }) });
    }
    if (second !== undefined) clusters.add(first);
    return [second ?? first];
  });
  if (clusters.size > 1) {
    throw SlipwayError.of("USAGE", {
      problem: session.say("machineOneCluster", { clusters: [...clusters].join(", ") }),
    });
  }
  return { cluster: [...clusters][0], machines };
};

const drainOf = (input: Input): OperationParameters["drain"] => {
  const timeoutSeconds = wholeNumber(input, "timeout");
  const loseLocalData = input.options["loseLocalData"] === true;
  const loseBarePods = input.options["loseBarePods"] === true;
  return timeoutSeconds === undefined && !loseLocalData && !loseBarePods
    ? undefined
    : { timeoutSeconds: timeoutSeconds ?? 600, loseLocalData, loseBarePods };
};

const start = async (workflow: string, session: Session, input: Input): Promise<number> => {
  const named = namedMachines(session, input);
  const client = await session.engine();
  const cluster = await whichCluster(session, client, named.cluster);
  const settings = drainOf(input);
  const why = optionText(input, "why");
  const request = {
    workflow,
    spec: { cluster },
    parameters: {
      machines: named.machines,
      ...(settings === undefined ? {} : { drain: settings }),
      ...(why === undefined ? {} : { why }),
    },
  };
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
