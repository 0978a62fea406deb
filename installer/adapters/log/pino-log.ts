import { pino, type Logger } from "pino";
import type { Log, LogFields } from "../../core/ports/log.ts";
import type { Redactor } from "../../core/ports/secrets.ts";
import { prettyLine } from "./pretty.ts";
import { RotatingFile, type RotatingFileOptions } from "./rotating-file.ts";

/** Lines below the chosen level are dropped. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Where lines go and what they pass through first. */
export interface LogOptions {
  /** Lowest level that is written. Default info. */
  readonly level?: LogLevel;
  /** JSON lines go here, rotated by size. Left out, no file is written. */
  readonly file?: Omit<RotatingFileOptions, "onFault">;
  /** Lines for people go here: the foreground's stderr, for instance. */
  readonly pretty?: { readonly write: (line: string) => void; readonly colour: "colour" | "plain" };
  readonly redactor: Pick<Redactor, "redact" | "redactDeep">;
}

/** A log and the way to end it. */
export interface OpenedLog extends Log {
  close(): void;
}

/** Opens the engine's log. Nothing reaches a file or a terminal that has not passed the redactor. */
export const openLog = (options: LogOptions): OpenedLog => {
  const { redactor, pretty } = options;
  const person = (json: string): void => {
    if (pretty !== undefined) pretty.write(`${prettyLine(json, pretty.colour)}\n`);
  };
  const file =
    options.file === undefined
      ? undefined
      : new RotatingFile({
          ...options.file,
          onFault: (problem) => {
            const time = new Date().toISOString();
            person(JSON.stringify({ level: "error", time, msg: "the log cannot be written", problem }));
          },
        });
  const logger = pino(
    {
      level: options.level ?? "info",
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
    },
    {
      write: (line: string) => {
        file?.write(line);
        person(line);
      },
    },
  );
  return { ...wrap(logger, redactor), close: () => file?.close() };
};

const wrap = (logger: Logger, redactor: LogOptions["redactor"]): Log => {
  const write = (level: LogLevel) => (fields: LogFields, message: string) => {
    // Cleaning is the expensive part: not for lines that nobody will see.
    if (!logger.isLevelEnabled(level)) return;
    logger[level](redactor.redactDeep(plain(fields)), redactor.redact(message));
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => wrap(logger.child(redactor.redactDeep(plain(fields))), redactor),
  };
};

/** Names that pino writes itself; a field of that name would make a second key of it in the same line. */
const TAKEN = new Set(["level", "time", "msg"]);

const plain = (fields: LogFields): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [TAKEN.has(key) ? `${key}_` : key, plainValue(value, 0)]),
  );

/** Deeper than this is no log field any more, and may be a circle. */
const DEEPEST = 8;

/** Fields as plain data: an error keeps what tells it apart, which JSON would drop. */
const plainValue = (value: unknown, depth: number): unknown => {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEEPEST) return "[...]";
  if (value instanceof Error) {
    const { name, message, stack, cause, ...rest } = value;
    return plainValue({ name, message, stack, ...(cause === undefined ? {} : { cause }), ...rest }, depth);
  }
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return plainValue(Object.fromEntries(value), depth);
  if (value instanceof Set) return plainValue([...value], depth);
  if (Array.isArray(value)) return value.map((item) => plainValue(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item, depth + 1)]));
};
