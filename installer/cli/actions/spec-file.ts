import { readFile } from "node:fs/promises";
import type { SpecSource } from "../../contract/api/base.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { SpecProblem } from "../../contract/spec/problem.ts";
import type { Environment } from "../environment.ts";
import { readAll } from "../read-all.ts";
import type { Session } from "../session.ts";

/** Longest spec that is read; the contract takes no longer one. */
const LONGEST_BYTES = 4 * 1024 * 1024;

/** Reads a spec from a file, or from standard input for `-`. Rejects with SPEC_UNREADABLE. */
export const readSpec = async (path: string, { stdin }: Environment): Promise<SpecSource> => {
  const unreadable = (problem: string, cause?: unknown): SlipwayError =>
    SlipwayError.of("SPEC_UNREADABLE", { file: path, problem }, { cause });
  let bytes: Buffer;
  try {
    bytes = path === "-" ? await readAll(stdin) : await readFile(path);
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error), error);
  }
  if (bytes.length > LONGEST_BYTES) throw unreadable(`${bytes.length} bytes, at most ${LONGEST_BYTES}`);
  try {
    return { file: path, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    throw unreadable("not UTF-8", error);
  }
};

/** Tells what is unwise in a spec, beside the result: on standard error. */
export const noteWarnings = (file: string, warnings: readonly SpecProblem[], session: Session): void => {
  for (const { line, column, path, message } of warnings) {
    const place = session.paint.strong(`${file}:${line}:${column}`);
    session.note(`${place}: ${session.say("specWarning")}: ${path}: ${message[session.language]}`);
  }
};

/** Problems of a spec for people: place, what is wrong, what was found and what is allowed. */
export const problemLines = (file: string, problems: readonly SpecProblem[], session: Session): string[] =>
  problems.flatMap(({ line, column, path, found, allowed, message }) => [
    `${session.paint.strong(`${file}:${line}:${column}`)}: ${path === "" ? "" : `${path}: `}${message[session.language]}`,
    `  ${session.say("specProblem", { found, allowed: allowed[session.language] })}`,
  ]);
