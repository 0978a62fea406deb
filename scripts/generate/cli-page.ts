import type { ArgumentSpec, CommandSpec, NounSpec, OptionSpec } from "../../installer/cli/command.ts";
import { globalOptions } from "../../installer/cli/commands/common.ts";
import { nouns } from "../../installer/cli/commands/index.ts";
import type { Localized } from "../../installer/contract/text.ts";
import { generatedNote, page, table } from "./markdown.ts";

const both = (words: Localized): readonly string[] => [words.en, words["zh-CN"]];

const optionRow = ({ flags, text, choices }: OptionSpec): readonly string[] => [
  `\`${flags}\`${choices === undefined ? "" : ` (${choices.join(", ")})`}`,
  ...both(text),
];

const argumentRow = ({ name, text, choices }: ArgumentSpec): readonly string[] => [
  `\`${name}\`${choices === undefined ? "" : ` (${choices.join(", ")})`}`,
  ...both(text),
];

const commandLine = (noun: NounSpec, verb: CommandSpec): string =>
  ["slipway", noun.name, ...(verb.name === noun.name ? [] : [verb.name])].join(" ");

const commandBlocks = (noun: NounSpec, verb: CommandSpec): readonly string[] => {
  const line = [commandLine(noun, verb), ...(verb.arguments ?? []).map(({ name }) => name)].join(" ");
  const shown = (verb.options ?? []).filter(({ hidden }) => hidden !== true);
  const rows = [...(verb.arguments ?? []).map(argumentRow), ...shown.map(optionRow)];
  const examples = verb.examples.map(
    (example) => `# ${example.text.en}\n# ${example.text["zh-CN"]}\n${example.line}`,
  );
  return [
    `### \`${line}\``,
    `${verb.summary.en}. ${verb.summary["zh-CN"]}。`,
    ...(rows.length === 0 ? [] : [table(["", "English", "中文"], rows)]),
    `\`\`\`sh\n${examples.join("\n")}\n\`\`\``,
  ];
};

/** docs/cli.md: every command with its arguments, options and examples, in both languages. */
export const cliPage = (): string =>
  page([
    generatedNote("installer/cli/commands"),
    "# Commands 命令",
    "A command is a noun and a verb. Exit codes and messages are in [errors.md](errors.md); 0 is success.",
    "命令由名词和动词组成。退出码与错误信息见 [errors.md](errors.md)；0 表示成功。",
    "## Options of every command 通用选项",
    table(["", "English", "中文"], globalOptions.map(optionRow)),
    ...nouns.flatMap((noun) => [
      `## ${noun.name}`,
      `${noun.summary.en}. ${noun.summary["zh-CN"]}。`,
      ...noun.verbs.flatMap((verb) => commandBlocks(noun, verb)),
    ]),
  ]);
