import type { Terminal, TerminalTarget } from "../../contract/terminal.ts";
import { readEvent, readHead } from "../../contract/asciicast.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { argument, optionText, type Action, type Input } from "../command.ts";
import type { EngineClient } from "../link/client.ts";
import { tableLines } from "../output/table.ts";
import { bytesText, timeText } from "../output/time.ts";
import type { Session } from "../session.ts";
import { whichCluster } from "./which-cluster.ts";

/** `terminal list`. */
export const list: Action = async (session) => {
  const client = await session.engine();
  const terminals = await client.terminals.list();
  const head = [
    session.say("colId"),
    session.say("colTarget"),
    session.say("colUser"),
    session.say("colFrom"),
    session.say("colStarted"),
    session.say("colState"),
  ];
  await session.show(terminals, () =>
    terminals.length === 0
      ? [session.say("nothing")]
      : tableLines(
          head,
          terminals.map(({ id, target, user, address, openedAt, ending }) => [
            id,
            targetText(target),
            user,
            address,
            timeText(openedAt),
            ending === undefined ? session.say("running") : ending.reason,
          ]),
        ),
  );
  return 0;
};

/** `terminal attach`. */
export const attach: Action = async (session, input) => {
  await session.engine();
  return showing(session, argument(input, 0));
};

/** `terminal close`. */
export const close: Action = async (session, input) => {
  const client = await session.engine();
  await client.terminals.close({ terminal: argument(input, 0) });
  session.tell(session.say("done"));
  return 0;
};

/** `terminal recordings`. */
export const recordings: Action = async (session) => {
  const client = await session.engine();
  const found = await client.terminals.recordings();
  const head = [
    session.say("colId"),
    session.say("colTarget"),
    session.say("colUser"),
    session.say("colStarted"),
    session.say("colTook"),
    session.say("colSize"),
    session.say("colWhy"),
  ];
  await session.show(found, () =>
    found.length === 0
      ? [session.say("nothing")]
      : tableLines(
          head,
          found.map(({ id, target, user, startedAt, changedAt, running, bytes, why }) => [
            id,
            targetText(target),
            user,
            timeText(startedAt),
            running ? session.say("running") : `${Math.max(0, Math.round((changedAt - startedAt) / 1000))}s`,
            bytesText(bytes),
            why === "" ? "-" : why,
          ]),
        ),
  );
  return 0;
};

/** `terminal remove`. */
export const remove: Action = async (session, input) => {
  const client = await session.engine();
  await client.terminals.removeRecording({ recording: argument(input, 0) });
  session.tell(session.say("done"));
  return 0;
};

/** Pauses longer than this are shortened, in seconds. */
const LONGEST_PAUSE = 2;

/** `terminal replay`: plays as fast as it was, or prints the file itself. */
export const replay: Action = async (session, input) => {
  const client = await session.engine();
  const speed = Number(optionText(input, "speed") ?? 1);
  if (!(speed > 0)) throw SlipwayError.of("USAGE", { problem: `--speed ${String(input.options["speed"])}` });
  const raw = input.options["raw"] === true;
  const { stdout } = session.environment;
  let rest = "";
  let at = 0;
  let isFirst = true;
  for await (const { text } of await client.terminals.replay({ recording: argument(input, 0) })) {
    if (raw) {
      stdout.write(text);
      continue;
    }
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (isFirst) {
        isFirst = false;
        const { slipway } = readHead(line) ?? {};
        if (slipway !== undefined)
          session.note(`${targetText(slipway.target)} · ${slipway.user} · ${slipway.why}`);
        continue;
      }
      const event = readEvent(line);
      if (event === undefined) continue;
      const pause = Math.min(event[0] - at, LONGEST_PAUSE) / speed;
      at = event[0];
      if (pause > 0.001) await new Promise((resolve) => setTimeout(resolve, pause * 1000));
      if (event[1] === "o") stdout.write(event[2]);
    }
  }
  return 0;
};

/** `machine shell`. */
export const machineShell: Action = (session, input) =>
  opened(session, input, async (client) => {
    const machine = argument(input, 0);
    const cluster = optionText(input, "cluster") ?? (await client.machines.show({ name: machine })).cluster;
    return client.terminals.openMachine({ ...windowOf(session), cluster, machine, why: whyOf(input) });
  });

/** `cluster shell`. */
export const clusterShell: Action = (session, input) =>
  opened(session, input, async (client) => {
    const cluster = await whichCluster(session, client, input.args[0]);
    return client.terminals.openKubectl({ ...windowOf(session), cluster, why: whyOf(input) });
  });

/** `pod shell`. */
export const podShell: Action = (session, input) =>
  opened(session, input, async (client) => {
    const cluster = await whichCluster(session, client, optionText(input, "cluster"));
    const container = optionText(input, "container");
    return client.terminals.openContainer({
      ...windowOf(session),
      cluster,
      namespace: optionText(input, "namespace") ?? "default",
      pod: argument(input, 0),
      ...(container === undefined ? {} : { container }),
      debug: input.options["debug"] === true,
      why: whyOf(input),
    });
  });

/** `pod list`. */
export const podList: Action = async (session, input) => {
  const client = await session.engine();
  const cluster = await whichCluster(session, client, optionText(input, "cluster"));
  const wanted = optionText(input, "namespace");
  const pods = (await client.terminals.pods({ cluster })).filter(
    ({ namespace }) => wanted === undefined || namespace === wanted,
  );
  const head = [
    session.say("colNamespace"),
    session.say("colPod"),
    session.say("colMachine"),
    session.say("colState"),
    session.say("colContainers"),
  ];
  await session.show(pods, () =>
    pods.length === 0
      ? [session.say("nothing")]
      : tableLines(
          head,
          pods.map(({ namespace, pod, node = "-", phase, containers }) => [
            namespace,
            pod,
            node,
            phase,
            containers.map(({ name }) => name).join(","),
          ]),
        ),
  );
  return 0;
};

const whyOf = (input: Input): string => optionText(input, "why") ?? "";

const windowOf = ({ environment: { stdout } }: Session): { columns: number; rows: number } => ({
  columns: stdout.columns ?? 80,
  rows: stdout.rows ?? 24,
});

const opened = async (
  session: Session,
  _input: Input,
  open: (client: EngineClient) => Promise<Terminal>,
): Promise<number> => {
  const { id } = await open(await session.engine());
  if (session.environment.stdin.isTTY === true) session.note(session.say("terminalOpened", { id }));
  return showing(session, id);
};

const showing = async (session: Session, id: string): Promise<number> => {
  const { showTerminal } = await import("../link/terminal.ts");
  const { stdin, stdout, user } = session.environment;
  const ending = await showTerminal(id, { socketPath: session.places.socketPath, user, stdin, stdout });
  if (ending === undefined) {
    session.note(session.say("terminalLeft", { command: session.command(`terminal attach ${id}`) }));
    return 0;
  }
  if (ending.error !== undefined) {
    throw new SlipwayError(ending.error.code as SlipwayError["code"], ending.error.params);
  }
  return ending.exit ?? 0;
};

const targetText = (target: TerminalTarget): string => {
  switch (target.kind) {
    case "container":
      return `${target.cluster}/${target.namespace}/${target.pod}/${target.container}`;
    case "machine":
      return `${target.cluster}/${target.machine}`;
    case "kubectl":
      return `${target.cluster} kubectl`;
  }
};
