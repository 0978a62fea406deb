import { open, readFile } from "node:fs/promises";
import { AuditOutcome, type AuditFinding } from "../../contract/audit.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { argument, optionText, type Action, type Input } from "../command.ts";
import type { EngineClient } from "../link/client.ts";
import { tableLines } from "../output/table.ts";
import { durationText, timeText } from "../output/time.ts";
import { wholeNumber } from "./operation.ts";

/** `audit list`. */
export const list: Action = async (session, input) => {
  const client = await session.engine();
  const [from, to] = [timeOption(input, "since"), timeOption(input, "until")];
  const outcome = optionText(input, "outcome");
  const found = await client.audit.list({
    ...given("text", optionText(input, "text")),
    ...given("user", optionText(input, "user")),
    ...given("object", optionText(input, "object")),
    ...given("outcome", outcome === undefined ? undefined : AuditOutcome.parse(outcome)),
    ...given("from", from),
    ...given("to", to),
    limit: wholeNumber(input, "limit") ?? 50,
  });
  await session.show(found, () =>
    found.length === 0
      ? [session.say("nothing")]
      : tableLines(
          (
            [
              "colSeq",
              "colTime",
              "colUser",
              "colFrom",
              "colAction",
              "colObject",
              "colOutcome",
              "colTook",
            ] as const
          ).map((key) => session.say(key)),
          found.map((one) => [
            String(one.seq),
            timeText(one.at),
            one.user === "" ? "-" : one.user,
            `${one.via} ${one.address}`,
            one.action,
            one.object === "" ? "-" : one.object,
            one.outcome === undefined
              ? session.say("running")
              : `${session.say(`outcome.${one.outcome}`)}${one.reason === undefined ? "" : ` ${one.reason}`}`,
            one.durationMs === undefined ? "" : durationText(one.durationMs),
          ]),
        ),
  );
  return 0;
};

const given = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, V>);

const timeOption = (input: Input, name: string): number | undefined => {
  const value = optionText(input, name);
  if (value === undefined) return undefined;
  const at = Date.parse(value.includes("T") ? value : `${value}T00:00`);
  if (Number.isNaN(at)) throw SlipwayError.of("USAGE", { problem: `--${name} ${value} (2026-12-31T08:00)` });
  return at;
};

/** `audit export`. */
export const exportLog: Action = async (session, input) => {
  const client = await session.engine();
  const path = argument(input, 0);
  const format = optionText(input, "format") === "csv" ? "csv" : "json";
  const file = await open(path, "w", 0o600);
  try {
    for await (const item of await client.audit.export({ format })) {
      if (item.kind === "text") await file.write(item.text);
      else {
        await session.show({ file: path, entries: item.entries, checkpoint: item.checkpoint }, () => [
          session.say("auditExported", { entries: item.entries, file: path }),
        ]);
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return 0;
};

/** `audit verify`. Rejects with AUDIT_DAMAGED when anything is wrong, after saying all of it. */
export const verify: Action = async (session, input) => {
  const client = await session.engine();
  const found = await client.audit.verify();
  const path = optionText(input, "file");
  const compared = path === undefined ? undefined : await compareExport(client, path);
  const findings = [...found.findings, ...(compared?.findings ?? [])];
  const whole = findings.length === 0;
  await session.show({ ...found, whole, findings }, () => [
    ...findings.map(({ seq, fault }) =>
      session.paint.bad(session.say("auditFinding", { seq, fault: session.say(`fault.${fault}`) })),
    ),
    ...(whole ? [session.say("auditWhole", { entries: found.entries, head: found.head })] : []),
    ...(whole && compared !== undefined && path !== undefined
      ? [session.say("auditFileWhole", { entries: compared.entries, file: path })]
      : []),
  ]);
  const [first] = findings;
  if (first === undefined) return 0;
  throw SlipwayError.of("AUDIT_DAMAGED", { count: findings.length, seq: first.seq, fault: first.fault });
};

/** Holds an earlier export against a new one, line by line: what was exported once must stand there still. */
const compareExport = async (
  client: EngineClient,
  path: string,
): Promise<{ readonly entries: number; readonly findings: readonly AuditFinding[] }> => {
  const text = await readFile(path, "utf8");
  const format = text.startsWith("{") ? "json" : "csv";
  let now = "";
  for await (const item of await client.audit.export({ format })) if (item.kind === "text") now += item.text;
  const [earlier, current] = [linesOf(text), linesOf(now)];
  const findings = earlier.flatMap((line, index): AuditFinding[] => {
    if (line === current[index]) return [];
    return [{ seq: index + 1, fault: current[index] === undefined ? "truncated" : "altered" }];
  });
  return { entries: earlier.length, findings: findings.slice(0, 100) };
};

/** Entries of an export, one a line, without its head and its signature. */
const linesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .slice(1)
    .filter((line) => line !== "" && !line.startsWith("]") && !line.startsWith("#"))
    .map((line) => line.replace(/,$/, ""));
