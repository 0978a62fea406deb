import type { Language } from "../contract/text.ts";
import type { Environment } from "./environment.ts";
import type { Connection, EngineClient } from "./link/client.ts";
import type { Message, MessageParams } from "./messages/message.ts";
import type { messages, MessageKey } from "./messages/index.ts";
import type { Paint } from "./output/paint.ts";
import type { Places } from "./places.ts";

/** How results are printed. */
export type OutputFormat = "table" | "json" | "yaml";

/** What every command works with. */
export interface Session {
  readonly environment: Environment;
  readonly language: Language;
  readonly format: OutputFormat;
  readonly places: Places;
  readonly paint: Paint;
  /** A message of the CLI in the operator's language. */
  say<K extends MessageKey>(key: K, ...params: MessageParams<(typeof messages)[K] & Message>): string;
  /** A command to type next, with the options that lead to the same engine: `slipway --lab x operation watch ...`. */
  command(rest: string): string;
  /** The engine; a private one is started when none is running. */
  engine(): Promise<EngineClient>;
  /** The engine if one is running; none is started. */
  runningEngine(): Promise<EngineClient | undefined>;
  /** Prints a result: `lines` for people, `value` as JSON or YAML for programs. */
  show(value: unknown, lines: () => readonly string[]): Promise<void>;
  /** A line for people, left out when the output is meant for programs. */
  tell(line: string): void;
  /** A line on standard error, for what is not the result. */
  note(line: string): void;
  /** Opened connections, to be closed at the end. */
  readonly connections: Connection[];
}
