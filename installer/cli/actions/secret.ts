import type { Environment } from "../environment.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { argument, type Action } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { timeText } from "../output/time.ts";
import { readAll } from "../read-all.ts";
import { readHidden } from "./hidden-prompt.ts";

/** `secret set`. The value never stands on a command line, where every user of the machine could read it. */
export const set: Action = async (session, input) => {
  const name = argument(input, 0);
  const { environment } = session;
  const value =
    environment.stdin.isTTY === true
      ? await readHidden(session.say("secretPrompt", { name }), environment)
      : await readPiped(environment);
  if (value === "") throw SlipwayError.of("USAGE", { problem: session.say("missingValue", { name }) });
  const client = await session.engine();
  await client.secrets.set({ name, value });
  session.tell(session.say("secretKept", { name }));
  return 0;
};

/** Everything on standard input, but for one line end at the end of a single line. */
const readPiped = async ({ stdin }: Environment): Promise<string> => {
  const text = (await readAll(stdin)).toString("utf8");
  return /^[^\n]*\n$/.test(text) ? text.trimEnd() : text;
};

/** `secret list`. */
export const list: Action = async (session) => {
  const client = await session.engine();
  const found = await client.secrets.list();
  await session.show(found, () =>
    found.length === 0
      ? [session.say("nothing")]
      : tableLines(
          [session.say("colName"), session.say("colUpdated")],
          found.map(({ name, updatedAt }) => [name, timeText(updatedAt)]),
        ),
  );
  return 0;
};

/** `secret remove`. */
export const remove: Action = async (session, input) => {
  const client = await session.engine();
  await client.secrets.remove({ name: argument(input, 0) });
  session.tell(session.say("done"));
  return 0;
};
