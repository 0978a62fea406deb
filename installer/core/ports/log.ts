/** Structured diagnostics for people who debug the engine. Not the journal: nothing is ever read back from here. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds `fields` to every line. */
  child(fields: LogFields): Log;
}

/** Identifiers every line about an operation carries, and anything else worth a column. */
export type LogFields = Readonly<
  { operation?: string; machine?: string; phase?: string } & Record<string, unknown>
>;
