import type { ArgumentSpec, CommandSpec, Completion, NounSpec, OptionSpec } from "../command.ts";

/** What may stand next on a command line. */
export interface Candidates {
  /** Fixed words, with a description for shells that show one. */
  readonly words: readonly { readonly word: string; readonly text?: string }[];
  /** Names that only the engine or the shell knows. */
  readonly names: Completion;
}

/** What the finder works with: the table of commands and the options all of them take. */
export interface Grammar {
  readonly nouns: readonly NounSpec[];
  readonly globals: readonly OptionSpec[];
  readonly describe: (text: OptionSpec["text"]) => string;
}

const none: Candidates = { words: [], names: "none" };

/**
 * What may stand in place of the last word of `line` (the words after `slipway`, the last one perhaps empty or half
 * typed). The shell filters by what is typed. Pure.
 */
export const candidatesFor = (line: readonly string[], grammar: Grammar): Candidates => {
  const { nouns, globals } = grammar;
  const before = line.slice(0, -1);
  const current = line.at(-1) ?? "";
  const { positionals, pending } = split(before, [...globals, ...likelyOptions(before, nouns)]);
  if (pending !== undefined) return valuesOf(pending);

  const noun = nouns.find(({ name }) => name === positionals[0]);
  if (noun === undefined) {
    if (current.startsWith("-")) return optionWords(globals, grammar);
    return positionals.length === 0 ? wordsOf(nouns, grammar) : none;
  }
  const single = noun.verbs.length === 1 && noun.verbs[0]?.name === noun.name;
  const verb = single ? noun.verbs[0] : noun.verbs.find(({ name }) => name === positionals[1]);
  if (verb === undefined) {
    const fallback = noun.verbs.find(({ isDefault }) => isDefault === true);
    if (current.startsWith("-")) return optionWords([...(fallback?.options ?? []), ...globals], grammar);
    return positionals.length === 1 ? wordsOf(noun.verbs, grammar) : none;
  }
  if (current.startsWith("-")) return optionWords([...(verb.options ?? []), ...globals], grammar);
  return argumentAt(verb, positionals.length - (single ? 1 : 2));
};

/** Long name of an option: `--file` of `-f, --file <path>`. */
export const longName = ({ flags }: OptionSpec): string => /--[\w-]+/.exec(flags)?.[0] ?? flags;

const takesValue = ({ flags }: OptionSpec): boolean => flags.includes("<");

const allOptions = ({ verbs }: NounSpec): readonly OptionSpec[] =>
  verbs.flatMap(({ options }) => options ?? []);

/** All options, those of the commands first whose names are on the line: one name may mean different things to two verbs. */
const likelyOptions = (words: readonly string[], nouns: readonly NounSpec[]): readonly OptionSpec[] => {
  const verbs = nouns
    .filter(({ name }) => words.includes(name))
    .flatMap((noun) => noun.verbs.filter(({ name }) => words.includes(name)));
  return [...verbs.flatMap(({ options }) => options ?? []), ...nouns.flatMap(allOptions)];
};

/** The words that are no options, and the option whose value is being typed. */
const split = (
  words: readonly string[],
  options: readonly OptionSpec[],
): { positionals: readonly string[]; pending: OptionSpec | undefined } => {
  const positionals: string[] = [];
  let pending: OptionSpec | undefined;
  for (const word of words) {
    if (pending !== undefined) pending = undefined;
    else if (word.startsWith("-") && !word.includes("=")) {
      pending = options.find(({ flags }) => flags.split(/[ ,]+/).includes(word));
      if (pending !== undefined && !takesValue(pending)) pending = undefined;
    } else if (!word.startsWith("-")) positionals.push(word);
  }
  return { positionals, pending };
};

const wordsOf = (named: readonly (NounSpec | CommandSpec)[], { describe }: Grammar): Candidates => ({
  words: named.map(({ name, summary }) => ({ word: name, text: describe(summary) })),
  names: "none",
});

const optionWords = (options: readonly OptionSpec[], { describe }: Grammar): Candidates => ({
  words: options
    .filter(({ hidden }) => hidden !== true)
    .map((option) => ({ word: longName(option), text: describe(option.text) })),
  names: "none",
});

const argumentAt = (verb: CommandSpec, index: number): Candidates => {
  const found = verb.arguments?.[index];
  return found === undefined ? none : valuesOf(found);
};

const valuesOf = ({ choices, completes }: OptionSpec | ArgumentSpec): Candidates => ({
  words: (choices ?? []).map((word) => ({ word })),
  names: completes ?? "none",
});
