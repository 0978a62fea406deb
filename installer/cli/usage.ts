import type { CommanderError } from "commander";
import type { Language } from "../contract/text.ts";
import { messages } from "./messages/index.ts";
import { worded } from "./messages/message.ts";

/** The parser's complaint in the operator's words, with the nearest right name when there is one. */
export const usageProblem = (error: CommanderError, language: Language): string => {
  const name = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  const complaint = complaintOf(error, { name, language });
  const near = /\(Did you mean (?:one of )?(.+?)\?\)/s.exec(error.message)?.[1];
  if (near === undefined) return complaint;
  return `${complaint}; ${worded(language, messages.didYouMean, { name: near })}`;
};

const complaintOf = (
  error: CommanderError,
  { name, language }: { readonly name: string; readonly language: Language },
): string => {
  switch (error.code) {
    case "commander.unknownCommand":
      return worded(language, messages.unknownCommand, { name });
    case "commander.unknownOption":
      return worded(language, messages.unknownOption, { name });
    case "commander.missingArgument":
      return worded(language, messages.missingArgument, { name });
    case "commander.optionMissingArgument":
      return worded(language, messages.missingValue, { name });
    case "commander.missingMandatoryOptionValue":
      return worded(language, messages.missingOption, { name });
    case "commander.excessArguments":
      return worded(language, messages.tooManyArguments);
    case "commander.invalidArgument": {
      const [, option, , other] = quotedParts(error.message);
      const forOption = error.message.includes("error: option");
      return worded(language, messages.badValue, {
        name: forOption ? name : (other ?? option ?? name),
        value: forOption ? (other ?? "") : name,
        allowed: /Allowed choices are (.+)\./.exec(error.message)?.[1] ?? "",
      });
    }
    default:
      return error.message.replace(/^error: /, "");
  }
};

/** The text before, inside and between quotes, in order: odd places are what stood inside. */
const quotedParts = (message: string): readonly string[] => message.split("'");
