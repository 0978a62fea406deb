import type { Readable } from "node:stream";
import type { EngineSettings } from "./engine-settings.ts";

/** A stream that may be a terminal. */
export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Standard input, which may be a terminal whose echo can be turned off. */
export type Keyboard = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

/** Everything the CLI knows about the process it runs in. Made by main.ts; tests make their own. */
export interface Environment {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly user: string;
  /** Undefined where the system has no user ids. */
  readonly userId: number | undefined;
  readonly home: string;
  readonly stdin: Keyboard;
  readonly stdout: Screen;
  readonly stderr: Screen;
  /** argv that starts this program again: Node and main.ts. */
  readonly self: readonly string[];
  /** Runs the engine inside this process. */
  runEngine(settings: EngineSettings): Promise<number>;
}
