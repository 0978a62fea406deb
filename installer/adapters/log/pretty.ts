/** What pino writes for every line, as far as people care. */
interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
}

const COLOURS: Readonly<Record<string, string>> = {
  debug: "\u001B[2m",
  info: "\u001B[32m",
  warn: "\u001B[33m",
  error: "\u001B[31m",
};
const RESET = "\u001B[0m";

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** A line of JSON as one for a person: time, level, where it belongs, what happened, then everything else. */
export const prettyLine = (json: string, colour: "colour" | "plain"): string => {
  const { level, time, msg, operation, machine, phase, ...rest } = JSON.parse(json) as LogLine &
    Record<string, unknown>;
  const mark = colour === "colour" ? `${COLOURS[level] ?? ""}${level.padEnd(5)}${RESET}` : level.padEnd(5);
  const where = [operation, phase, machine].filter((part) => part !== undefined).map(shown);
  const details = Object.entries(rest).map(([key, value]) => `${key}=${shown(value)}`);
  return [
    time.slice(11, 23),
    mark,
    ...(where.length === 0 ? [] : [`[${where.join(" ")}]`]),
    msg,
    ...details,
  ].join(" ");
};
