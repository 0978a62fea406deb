import { CommanderError } from "commander";
import { errorEntry, SlipwayError, toWire } from "../contract/errors/index.ts";
import type { Language } from "../contract/text.ts";
import type { CommandSpec, Input } from "./command.ts";
import { nouns } from "./commands/index.ts";
import type { Environment } from "./environment.ts";
import { languageOf } from "./language.ts";
import { errorLines } from "./output/error.ts";
import { paintFor } from "./output/paint.ts";
import { buildProgram } from "./program.ts";
import { openSession } from "./open-session.ts";
import { usageProblem } from "./usage.ts";

/** Runs one command line and gives its exit code. Every failure ends here, as text on standard error. */
export const runCli = async (environment: Environment): Promise<number> => {
  const { argv, stdout, stderr } = environment;
  const language = askedLanguage(argv) ?? languageOf(environment.env);
  let exitCode = 0;
  const run = async (command: CommandSpec, input: Input): Promise<void> => {
    const session = openSession(environment, { language, options: input.options });
    try {
      const action = await command.load();
      exitCode = (await action(session, input)) ?? 0;
    } finally {
      for (const connection of session.connections) connection.close();
    }
  };
  const program = buildProgram({
    nouns,
    language,
    columns: stdout.columns ?? 80,
    version: environment.version,
    write: (text) => stdout.write(text),
    run,
  });
  try {
    if (argv[0] === "__complete") {
      const { complete } = await import("./completion/complete.ts");
      stdout.write(await complete(argv.slice(1), environment));
      return 0;
    }
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && isHelp(thrown)) {
      if (thrown.code !== "commander.help") return 0;
      const noun = program.commands.find((command) => command.name() === argv[0]);
      (noun ?? program).outputHelp();
      return 2;
    }
    const error =
      thrown instanceof CommanderError
        ? SlipwayError.of("USAGE", { problem: usageProblem(thrown, language) })
        : thrown;
    const wire = toWire(error);
    const asData = argv.includes("json") && argv.some((part) => part.startsWith("--output"));
    const lines = asData
      ? [JSON.stringify(wire)]
      : errorLines(wire, { language, paint: paintFor(stderr, environment.env) });
    stderr.write(`${lines.join("\n")}\n`);
    return errorEntry(wire.code).exit;
  }
};

const isHelp = ({ code }: CommanderError): boolean =>
  ["commander.help", "commander.helpDisplayed", "commander.version"].includes(code);

/** `--lang`, looked up before parsing: the help itself depends on it. */
const askedLanguage = (argv: readonly string[]): Language | undefined => {
  const at = argv.findIndex((part) => part === "--lang" || part.startsWith("--lang="));
  const value = argv[at]?.includes("=") === true ? argv[at].slice("--lang=".length) : argv[at + 1];
  return at >= 0 && (value === "en" || value === "zh-CN") ? value : undefined;
};
