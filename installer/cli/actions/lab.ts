import { spawn } from "node:child_process";
import { once } from "node:events";
import { SlipwayError } from "../../contract/errors/index.ts";
import { LabFault, LabFirmware, LabPower, type LabProgress, type LabStatus } from "../../contract/lab.ts";
import { argument, optionText, type Action, type Input } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { bytesText, durationText } from "../output/time.ts";
import type { Session } from "../session.ts";
import { wholeNumber } from "./operation.ts";

const nameOf = (session: Session, input: Input): string =>
  optionText(input, "name") ?? session.places.lab?.name ?? "lab";

/** `lab up`. Interrupting it leaves what was made; `up` again completes it, `down` removes it. */
export const up: Action = async (session, input) => {
  const client = await session.engine();
  const name = nameOf(session, input);
  const [machines, vms] = [wholeNumber(input, "machines"), wholeNumber(input, "vm")];
  const [count, disks] = [wholeNumber(input, "metal"), wholeNumber(input, "disks")];
  const subnet = optionText(input, "subnet");
  const firmware = LabFirmware.optional().parse(optionText(input, "firmware"));
  const feed = await client.lab.up({
    name,
    ...(machines === undefined ? {} : { machines }),
    ...(vms === undefined ? {} : { vms }),
    ...(count === undefined
      ? {}
      : {
          metal: {
            count,
            ...(disks === undefined ? {} : { disks }),
            ...(firmware === undefined ? {} : { firmware }),
          },
        }),
    ...(subnet === undefined ? {} : { subnet }),
  });
  for await (const item of feed) {
    if (item.kind === "progress") session.note(progressLine(item.progress, session));
    else {
      const { status } = item;
      await session.show(status, () => [
        ...statusLines(status, session),
        session.say("labReady", { machines: status.machines.length, subnet: status.subnet, name }),
      ]);
    }
  }
  return 0;
};

const progressLine = ({ machine, text, done, total }: LabProgress, { language }: Session): string => {
  const count = done === undefined ? "" : ` ${done}${total === undefined ? "" : `/${total}`}`;
  return `${machine === undefined ? "" : `${machine}: `}${text[language]}${count}`;
};

/** `lab status`. */
export const status: Action = async (session, input) => {
  const client = await session.engine();
  const found = await client.lab.status({ name: nameOf(session, input) });
  await session.show(found, () => statusLines(found, session));
  return 0;
};

/** A lab as a table. */
export const statusLines = ({ machines, egress }: LabStatus, session: Session): string[] => [
  ...tableLines(
    [
      session.say("colMachine"),
      session.say("colKind"),
      session.say("colAddress"),
      session.say("colState"),
      session.say("colUptime"),
      session.say("colMemory"),
      session.say("colFaults"),
    ],
    machines.map((machine) => [
      machine.name,
      machine.kind,
      machine.address,
      machine.state,
      durationText(machine.uptimeSeconds * 1000),
      bytesText(machine.memoryBytes),
      machine.faults.join(", ") || "-",
    ]),
  ),
  session.say("labEgress", { packets: egress.packets }),
];

/** `lab ssh`: the terminal is handed to ssh. */
export const ssh: Action = async (session, input) => {
  const client = await session.engine();
  const [machine = "", ...command] = input.args.filter((part) => part !== undefined);
  const { argv } = await client.lab.sshCommand({
    name: nameOf(session, input),
    machine,
    ...(command.length === 0 ? {} : { command }),
  });
  for (const connection of session.connections) connection.close();
  const [program = "", ...rest] = argv;
  // Ctrl-C is for the far side.
  const ignore = (): void => {};
  process.on("SIGINT", ignore);
  try {
    const child = spawn(program, rest, { stdio: "inherit" });
    const [code] = (await once(child, "exit")) as [number | null];
    return code ?? 255;
  } finally {
    process.removeListener("SIGINT", ignore);
  }
};

/** `lab fault`. */
export const fault: Action = async (session, input) => {
  const client = await session.engine();
  await client.lab.fault({
    name: nameOf(session, input),
    machine: argument(input, 0),
    fault: faultOf(argument(input, 1), input.args[2]),
  });
  session.tell(session.say("done"));
  return 0;
};

/** The fault a command line names. Rejects with USAGE when its value is missing or wrong. */
export const faultOf = (type: string, value: string | undefined): LabFault => {
  const number = Number(value);
  const parameters: Readonly<Record<string, object>> = {
    slow: { kbitPerSecond: number },
    loss: { percent: number },
    clock: { seconds: number },
    "kill-process": { process: value },
  };
  const parsed = LabFault.safeParse({ type, ...parameters[type] });
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  throw SlipwayError.of("USAGE", { problem: `${type} ${value ?? ""}: ${problem}` });
};

/** `lab power`. */
export const power: Action = async (session, input) => {
  const client = await session.engine();
  const target = { name: nameOf(session, input), machine: argument(input, 0) };
  const button = LabPower.parse(argument(input, 1));
  await client.lab.power({ ...target, power: button }, { context: { deadlineMs: 310_000 } });
  session.tell(session.say("done"));
  return 0;
};

/** `lab down`. */
export const down: Action = async (session, input) => {
  const client = await session.engine();
  await client.lab.down({ name: nameOf(session, input) }, { context: { deadlineMs: 310_000 } });
  session.tell(session.say("done"));
  return 0;
};
