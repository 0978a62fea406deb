import type { Command, Help, Option } from "commander";
import type { Language, Localized } from "../contract/text.ts";
import type { ExampleSpec } from "./command.ts";
import { messages } from "./messages/index.ts";
import { worded } from "./messages/message.ts";
import { displayWidth } from "./output/width.ts";

/** How commander lays help out in a language: its headings translated, Chinese counted by its width. */
export const helpIn = (language: Language, columns: number): Partial<Help> => ({
  helpWidth: Math.min(columns, 120),
  showGlobalOptions: true,
  displayWidth,
  styleTitle: (title) => titles.get(title)?.[language] ?? title,
  styleUsage: (usage) =>
    language === "en" ? usage : usage.replace("[options]", "[选项]").replace("[command]", "[命令]"),
  optionDescription: (option: Option) => {
    if (option.argChoices === undefined) return option.description;
    return `${option.description} (${worded(language, messages.choices, { values: option.argChoices.join(", ") })})`;
  },
});

/** The examples of a command, below its help. */
export const examplesText = (examples: readonly ExampleSpec[], language: Language): string => {
  const lines = examples.flatMap(({ line, text }) => [`  # ${text[language]}`, `  ${line}`]);
  return `\n${messages.examples[language]}\n${lines.join("\n")}`;
};

/** Gives a command its `--help` in the language. */
export const localizeHelp = (command: Command, language: Language): Command =>
  command.helpOption("-h, --help", messages.helpOption[language]);

const titles = new Map<string, Localized>([
  ["Usage:", messages.usage],
  ["Arguments:", messages.arguments],
  ["Options:", messages.options],
  ["Global Options:", messages.globalOptions],
  ["Commands:", messages.commands],
]);
