import { errorEntry, SlipwayError } from "../../contract/errors/index.ts";
import { argument, type Action } from "../command.ts";
import { noteWarnings, problemLines, readSpec } from "./spec-file.ts";

/** `spec validate`. */
export const validate: Action = async (session, input) => {
  const source = await readSpec(argument(input, 0), session.environment);
  const client = await session.engine();
  const verdict = await client.specs.validate(source);
  if (verdict.valid) noteWarnings(source.file, verdict.warnings, session);
  await session.show(verdict.valid ? verdict.cluster : { problems: verdict.problems }, () =>
    verdict.valid
      ? [session.say("specGood", { file: source.file, machines: verdict.cluster.machines.length })]
      : problemLines(source.file, verdict.problems, session),
  );
  if (verdict.valid) return 0;
  if (session.format !== "table") return errorEntry("SPEC_INVALID").exit;
  throw SlipwayError.of("SPEC_INVALID", { file: source.file, count: verdict.problems.length });
};

/** `spec schema`. */
export const schema: Action = async (session) => {
  const client = await session.engine();
  const document = await client.specs.schema();
  await session.show(document, () => [JSON.stringify(document, undefined, 2)]);
  return 0;
};
