import type { Machine } from "../../contract/api/machines.ts";
import { argument, optionText, type Action } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { bytesText, timeText } from "../output/time.ts";
import type { Session } from "../session.ts";

/** `machine list`. */
export const list: Action = async (session, input) => {
  const client = await session.engine();
  const cluster = optionText(input, "cluster");
  const machines = await client.machines.list(cluster === undefined ? {} : { cluster });
  await session.show(machines, () => machineLines(machines, session));
  return 0;
};

/** Machines as a table. */
export const machineLines = (machines: readonly Machine[], session: Session): string[] => {
  if (machines.length === 0) return [session.say("nothing")];
  const head = [
    session.say("colMachine"),
    session.say("colCluster"),
    session.say("colAddress"),
    session.say("colRoles"),
    session.say("colSystem"),
    session.say("colCpu"),
    session.say("colMemory"),
    session.say("colSeen"),
  ];
  const rows = machines.map(({ name, cluster, address, roles, facts, factsAt }) => [
    name,
    cluster,
    address,
    roles.join(","),
    facts?.os.name ?? "-",
    facts === undefined ? "-" : String(facts.cpu.usable),
    facts === undefined ? "-" : bytesText(facts.memory.totalBytes),
    factsAt === undefined ? "-" : timeText(factsAt),
  ]);
  return tableLines(head, rows);
};

/** `machine show`. Facts are many: for people they are printed as YAML. */
export const show: Action = async (session, input) => {
  const client = await session.engine();
  const cluster = optionText(input, "cluster");
  const machine = await client.machines.show({
    name: argument(input, 0),
    ...(cluster === undefined ? {} : { cluster }),
  });
  const { stringify } = await import("yaml");
  await session.show(machine, () => [stringify(machine).trimEnd()]);
  return 0;
};

/** `machine keys`. */
export const keys: Action = async (session) => {
  const client = await session.engine();
  const pins = await client.hostKeys.list();
  const head = [session.say("colEndpoint"), session.say("colFingerprint"), session.say("colPinned")];
  await session.show(pins, () =>
    pins.length === 0
      ? [session.say("nothing")]
      : tableLines(
          head,
          pins.map(({ endpoint, fingerprint, pinnedAt }) => [endpoint, fingerprint, timeText(pinnedAt)]),
        ),
  );
  return 0;
};

/** `machine trust`. */
export const trust: Action = async (session, input) => {
  const client = await session.engine();
  const [endpoint = "", fingerprint] = input.args;
  if (fingerprint === undefined) {
    await client.hostKeys.forget({ endpoint });
    session.tell(session.say("keyForgotten", { endpoint }));
  } else {
    await client.hostKeys.trust({ endpoint, fingerprint });
    session.tell(session.say("keyTrusted", { endpoint, fingerprint }));
  }
  return 0;
};
