import { SlipwayError } from "../../core/contract.ts";
import type { Redactor } from "../../core/ports/index.ts";
import type { CommandResult } from "../../core/ports/remote.ts";
import * as far from "./far-scripts.ts";
import { quoteArgv } from "./quote.ts";
import { saysDiskFull } from "./refusal.ts";

const SHOWN_COMMAND = 120;
const SHOWN_OUTPUT = 64 * 1024;

/** What a tool names before it says that there is no space left for it. */
const filledPath = (printed: string): string | undefined =>
  /(\/[^\s:'"]*)['"]?: (?:No space left on device|Disk quota exceeded)/i.exec(printed)?.[1];

/**
 * COMMAND_FAILED with the command and the ends of both outputs, redacted; REMOTE_DISK_FULL with the same when the command
 * says that this was the cause, so that the operator need not read it out of the detail.
 */
export const commandFailed = (
  { argv, endpoint }: { readonly argv: readonly string[]; readonly endpoint: string },
  result: CommandResult,
  redactor: Redactor,
): SlipwayError => {
  const isScript = argv[0] === "/bin/sh" && argv[1] === "-c";
  const shown = isScript ? `sh ${quoteArgv(["<script>", ...argv.slice(4)])}` : quoteArgv(argv);
  const command = redactor.redact(shown).replaceAll(/\s+/g, " ");
  if (saysDiskFull(result.stderr)) {
    const path = redactor.redact(filledPath(result.stderr) ?? "/");
    return SlipwayError.of(
      "REMOTE_DISK_FULL",
      { path, endpoint },
      { detail: redactor.redact(outputs(command, result)) },
    );
  }
  return SlipwayError.of(
    "COMMAND_FAILED",
    {
      command: command.length > SHOWN_COMMAND ? `${command.slice(0, SHOWN_COMMAND - 1)}…` : command,
      code: result.code,
    },
    { detail: redactor.redact(outputs(command, result)) },
  );
};

/** A failed file script as REMOTE_DISK_FULL, CONNECTION_LOST (fewer bytes arrived than announced) or REMOTE_FILE_FAILED. */
export const fileFailed = (
  { path, endpoint }: { readonly path: string; readonly endpoint: string },
  result: CommandResult,
  redactor: Redactor,
): SlipwayError => {
  const printed = redactor.redact(result.stderr.trim());
  const site = printed === "" ? {} : { detail: printed };
  if (result.code === far.NO_ROOM || saysDiskFull(result.stderr)) {
    return SlipwayError.of("REMOTE_DISK_FULL", { path, endpoint }, site);
  }
  if (result.code === far.SHORT) {
    return SlipwayError.of("CONNECTION_LOST", { endpoint, reason: "CLOSED" }, site);
  }
  const problem = printed.split("\n").at(-1) ?? "";
  return SlipwayError.of(
    "REMOTE_FILE_FAILED",
    { path, endpoint, problem: problem === "" ? `exit code ${result.code}` : problem },
    site,
  );
};

const outputs = (command: string, { code, stdout, stderr, truncated }: CommandResult): string =>
  [
    `$ ${command}`,
    `exit code ${code}${truncated ? " (output was longer than the limit and is cut)" : ""}`,
    ...(stdout === "" ? [] : ["--- stdout", end(stdout)]),
    ...(stderr === "" ? [] : ["--- stderr", end(stderr)]),
  ].join("\n");

const end = (text: string): string => (text.length > SHOWN_OUTPUT ? `…${text.slice(-SHOWN_OUTPUT)}` : text);
