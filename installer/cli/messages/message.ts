import type { Language } from "../../contract/text.ts";

/** One sentence of the CLI in each language; `{name}` stands for a parameter, the same ones in both. */
export interface Message<En extends string = string> {
  readonly en: En;
  readonly "zh-CN": string;
}

/** Pairs the wordings and keeps the English one as a type, so that a forgotten parameter does not compile. */
export const message = <const En extends string>(en: En, zh: string): Message<En> => ({ en, "zh-CN": zh });

type Placeholders<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** Parameters of a message: an argument only where it has any. */
export type MessageParams<M extends Message> = [Placeholders<M["en"]>] extends [never]
  ? []
  : [Readonly<Record<Placeholders<M["en"]>, string | number>>];

/** The message in a language, parameters filled in. */
export const worded = <M extends Message>(
  language: Language,
  found: M,
  ...params: MessageParams<M>
): string => {
  const values: Readonly<Record<string, string | number>> = params[0] ?? {};
  return found[language].replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
};
