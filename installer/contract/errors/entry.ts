import type { Localized } from "../text.ts";

/**
 * When the runner may try a failed step again by itself:
 * `backoff` while the cause is likely to pass, `ask` only when an operator says so, `never` when repeating cannot help.
 */
export type RetryRule = "never" | "backoff" | "ask";

/** One row of the catalogue. `{name}` in a title stands for the parameter of that name; both languages use the same ones. */
export interface ErrorEntry {
  readonly retry: RetryRule;
  /** Exit code of the CLI, unique per family of causes (docs/errors.md lists them). */
  readonly exit: number;
  /** What happened, in one sentence. */
  readonly title: Localized;
  /** What the operator does next. */
  readonly hint: Localized;
}

/** A part of the catalogue, by area. */
export type ErrorArea = Readonly<Record<string, ErrorEntry>>;
