import { renderError, type WireError } from "../../contract/errors/index.ts";
import type { Language, Localized } from "../../contract/text.ts";
import { messages } from "../messages/index.ts";
import type { Session } from "../session.ts";
import { worded, type Message, type MessageParams } from "../messages/message.ts";

/** What renderers need to put steps into words. */
export interface Words {
  readonly language: Language;
  /** Titles of phases by id, as the engine gave them. */
  readonly titles: ReadonlyMap<string, Localized>;
  /** A command to type next, as the session words it. */
  command(rest: string): string;
}

/** The words of a session, given the titles the engine knows. */
export const wordsWith = (
  { language, command }: Pick<Session, "language" | "command">,
  titles: Words["titles"],
): Words => ({ language, titles, command });

/** A message of the CLI. */
export const say = <K extends keyof typeof messages>(
  words: Words,
  key: K,
  ...params: MessageParams<(typeof messages)[K] & Message>
): string => worded(words.language, messages[key] as (typeof messages)[K] & Message, ...params);

/** Title of a phase; its id when the engine knows none. */
export const titleOf = ({ titles, language }: Words, phase: string): string =>
  titles.get(phase)?.[language] ?? phase;

/** Code and title of an error in one line. */
export const errorText = ({ language }: Words, error: WireError): string =>
  `${error.code}: ${renderError(error, language).title}`;

/** Wording of a status or outcome. */
export const stateText = (words: Words, state: string): string =>
  Object.hasOwn(messages, state) ? messages[state as "running"][words.language] : state;
