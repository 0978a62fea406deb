import type { Localized } from "../contract/text.ts";
import type { Session } from "./session.ts";

/** What a shell may offer for a value. The engine, when it runs, knows the names. */
export type Completion =
  | "operation"
  | "machine"
  | "cluster"
  | "secret"
  | "endpoint"
  | "file"
  | "folder"
  | "none";

/** An option of a command. */
export interface OptionSpec {
  /** As commander reads it: `-f, --file <path>`. */
  readonly flags: string;
  readonly text: Localized;
  readonly choices?: readonly string[];
  readonly completes?: Completion;
  readonly required?: boolean;
  /** Kept out of help and completion: for the program's own use. */
  readonly hidden?: boolean;
}

/** A positional argument: `<operation>`, or `[name]` when it may be left out. */
export interface ArgumentSpec {
  readonly name: string;
  readonly text: Localized;
  readonly choices?: readonly string[];
  readonly completes?: Completion;
}

/** A command line worth copying, and what it does. */
export interface ExampleSpec {
  readonly line: string;
  readonly text: Localized;
}

/** Values of the command line, by name. */
export interface Input {
  readonly args: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** Does what a command is for. Resolves with an exit code other than 0 when that is not said by an error. */
export type Action = (session: Session, input: Input) => Promise<number | undefined>;

/** One command. Everything about it is data: help, completion and the reference are made from it. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: Localized;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly [ExampleSpec, ...ExampleSpec[]];
  /** Runs when the noun is given alone. */
  readonly isDefault?: boolean;
  /** Loads the code: only that of the command that runs. */
  readonly load: () => Promise<Action>;
}

/** A noun and its verbs, or a command of its own (then `verbs` holds one of the same name). */
export interface NounSpec {
  readonly name: string;
  readonly summary: Localized;
  readonly verbs: readonly CommandSpec[];
}

/** The value of an option that takes one. */
export const optionText = (input: Input, name: string): string | undefined => {
  const value = input.options[name];
  return typeof value === "string" ? value : undefined;
};

/** A positional argument that the command line cannot do without. */
export const argument = (input: Input, index: number): string => input.args[index] ?? "";
