import type { Step } from "../../contract/api/operations.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { optionText, type Action } from "../command.ts";
import type { EngineClient } from "../link/client.ts";
import { tableLines } from "../output/table.ts";
import { timeText } from "../output/time.ts";
import { errorText, wordsWith } from "../progress/words.ts";
import type { Session } from "../session.ts";
import { namesIn } from "./etcd.ts";
import { readCluster, runForCluster } from "./running.ts";
import { whichCluster } from "./which-cluster.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Certificates are called expiring when less than this is left. */
const SOON_MS = 30 * DAY_MS;

/** How many earlier readings are looked through for a machine that does not answer. */
const EARLIER = 20;

interface Found {
  readonly path: string;
  readonly use: string;
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

interface Row extends Found {
  readonly machine: string;
  readonly state: "valid" | "expiring" | "expired";
  readonly daysLeft: number;
  /** When it was read, for what is known from earlier only. */
  readonly readAt?: number;
}

/** `cluster renew-certificates`. */
export const renew: Action = (session, input) => {
  const machines = namesIn(input, "machines");
  return runForCluster(session, input, {
    workflow: "renew-certificates",
    parameters: {
      ...(machines === undefined ? {} : { machines }),
      ...(input.options["force"] === true ? { force: true } : {}),
    },
  });
};

const certificatesIn = ({ output }: Step): readonly Found[] =>
  (output as { certificates?: readonly Found[] } | undefined)?.certificates ?? [];

/** What is left is judged against the whole life, too: a certificate of minutes is not expiring all its life. */
const stateOf = ({ notBefore, notAfter }: Found, now: number): Row["state"] => {
  if (notAfter <= now) return "expired";
  return notAfter - now < Math.min(SOON_MS, (notAfter - notBefore) / 3) ? "expiring" : "valid";
};

const rowOf = (machine: string, found: Found, readAt?: number): Row => {
  const now = Date.now();
  return {
    ...found,
    machine,
    state: stateOf(found, now),
    daysLeft: Math.floor((found.notAfter - now) / DAY_MS),
    ...(readAt === undefined ? {} : { readAt }),
  };
};

/** What the last reading that reached the machine found. */
const lastKnown = async (client: EngineClient, cluster: string, machine: string): Promise<readonly Row[]> => {
  const earlier = await client.operations.list({ cluster, limit: 200 });
  for (const { id, workflow, createdAt } of earlier
    .filter((one) => one.workflow === "certificates")
    .slice(0, EARLIER)) {
    if (workflow !== "certificates") continue;
    const steps = await client.operations.steps({ id });
    const step = steps.find((one) => one.step.machine === machine && certificatesIn(one).length > 0);
    if (step !== undefined) return certificatesIn(step).map((found) => rowOf(machine, found, createdAt));
  }
  return [];
};

const within = (session: Session, text: string | undefined): number => {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const [, count, unit] = /^(\d{1,5})([dhm])$/.exec(text) ?? [];
  if (count === undefined) {
    throw SlipwayError.of("USAGE", { problem: session.say("expiringForm", { value: text }) });
  }
  return Number(count) * (unit === "d" ? DAY_MS : unit === "h" ? HOUR_MS : 60_000);
};

const leftText = ({ notAfter }: Row): string => {
  const left = notAfter - Date.now();
  const size = Math.abs(left);
  const text =
    size >= 2 * DAY_MS
      ? `${Math.floor(size / DAY_MS)}d`
      : size >= 2 * HOUR_MS
        ? `${Math.floor(size / HOUR_MS)}h`
        : `${Math.floor(size / 60_000)}m`;
  return left < 0 ? `-${text}` : text;
};

/** `certificates`. */
export const list: Action = async (session, input) => {
  const limit = within(session, optionText(input, "expiring"));
  const client = await session.engine();
  const cluster = await whichCluster(session, client, input.args[0]);
  const { steps } = await readCluster(client, { workflow: "certificates", cluster });
  const failures = steps.flatMap(({ step, error }) =>
    error === undefined ? [] : [{ machine: step.machine, error }],
  );
  const remembered = await Promise.all(failures.map(({ machine }) => lastKnown(client, cluster, machine)));
  const rows = [
    ...steps.flatMap((step) => certificatesIn(step).map((found) => rowOf(step.step.machine, found))),
    ...remembered.flat(),
  ]
    .filter(({ notAfter }) => notAfter - Date.now() < limit)
    .toSorted((one, other) => one.notAfter - other.notAfter);
  const head = (
    ["colMachine", "colState", "colEnds", "colLeft", "colSubject", "colIssuer", "colPlace"] as const
  ).map((key) => session.say(key));
  const words = wordsWith(session, new Map());
  await session.show({ certificates: rows, failures }, () => [
    ...(rows.length === 0
      ? [session.say("nothing")]
      : tableLines(
          head,
          rows.map((row) => [
            row.machine,
            `${session.say(`certificate.${row.state}`)}${row.readAt === undefined ? "" : ` (${timeText(row.readAt)})`}`,
            timeText(row.notAfter),
            leftText(row),
            row.subject,
            row.issuer,
            row.path,
          ]),
        )),
    ...failures.map(({ machine, error }) => `${machine}: ${errorText(words, error)}`),
  ]);
  return optionText(input, "expiring") === undefined || rows.length === 0 ? 0 : 1;
};
