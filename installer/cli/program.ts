import { Argument, Command, Option } from "commander";
import type { Language } from "../contract/text.ts";
import type { ArgumentSpec, CommandSpec, Input, NounSpec, OptionSpec } from "./command.ts";
import { globalOptions } from "./commands/common.ts";
import { examplesText, helpIn, localizeHelp } from "./help.ts";
import { messages } from "./messages/index.ts";
import { text } from "../contract/text.ts";

/** What the parser needs from its surroundings. */
export interface ProgramParts {
  readonly nouns: readonly NounSpec[];
  readonly language: Language;
  readonly columns: number;
  readonly version: string;
  write(text: string): void;
  run(command: CommandSpec, input: Input): Promise<void>;
}

const summary = text(
  "From bare machines and one signed file to a highly available Kubernetes cluster, with no internet.",
  "从裸机和一个签名文件到高可用 Kubernetes 集群，无需互联网。",
);

/** The command line as a commander program, made from the table of commands. Throws CommanderError on bad usage. */
export const buildProgram = (parts: ProgramParts): Command => {
  const { language } = parts;
  const program = localizeHelp(new Command("slipway"), language)
    .description(summary[language])
    .version(parts.version, "-V, --version", messages.versionOption[language])
    .exitOverride()
    .configureHelp(helpIn(language, parts.columns))
    .configureOutput({ writeOut: parts.write, writeErr: () => {}, outputError: () => {} })
    .helpCommand("help [command]", messages.helpCommand[language]);
  for (const option of globalOptions) program.addOption(optionOf(option, language));
  for (const noun of parts.nouns) program.addCommand(nounCommand(noun, parts));
  return program;
};

const nounCommand = (noun: NounSpec, parts: ProgramParts): Command => {
  const [only] = noun.verbs;
  if (only !== undefined && noun.verbs.length === 1 && only.name === noun.name)
    return verbCommand(only, parts);
  const command = localizeHelp(new Command(noun.name), parts.language)
    .description(noun.summary[parts.language])
    .exitOverride()
    .helpCommand(false);
  for (const verb of noun.verbs) {
    command.addCommand(verbCommand(verb, parts), { isDefault: verb.isDefault === true });
  }
  const shown = noun.verbs.map((verb) => verb.examples[0]);
  command.addHelpText("after", examplesText(shown, parts.language));
  return inherited(command, parts);
};

const verbCommand = (spec: CommandSpec, parts: ProgramParts): Command => {
  const command = localizeHelp(new Command(spec.name), parts.language)
    .description(spec.summary[parts.language])
    .exitOverride()
    .allowExcessArguments(false);
  for (const argument of spec.arguments ?? []) command.addArgument(argumentOf(argument, parts.language));
  for (const option of spec.options ?? []) command.addOption(optionOf(option, parts.language));
  command.addHelpText("after", examplesText(spec.examples, parts.language));
  command.action(async () => {
    await parts.run(spec, {
      args: command.processedArgs.flat() as string[],
      options: command.optsWithGlobals(),
    });
  });
  return inherited(command, parts);
};

const inherited = (command: Command, { language, columns, write }: ProgramParts): Command =>
  command
    .configureHelp(helpIn(language, columns))
    .configureOutput({ writeOut: write, writeErr: () => {}, outputError: () => {} });

const optionOf = (spec: OptionSpec, language: Language): Option => {
  const option = new Option(spec.flags, spec.text[language]);
  if (spec.choices !== undefined) option.choices([...spec.choices]);
  if (spec.required === true) option.makeOptionMandatory();
  if (spec.hidden === true) option.hideHelp();
  return option;
};

const argumentOf = (spec: ArgumentSpec, language: Language): Argument => {
  const argument = new Argument(spec.name, spec.text[language]);
  return spec.choices === undefined ? argument : argument.choices([...spec.choices]);
};
