import type { Action } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { stateText, wordsWith } from "../progress/words.ts";

/** `preflight checks`. */
export const checks: Action = async (session) => {
  const client = await session.engine();
  const found = await client.preflight.checks();
  const head = [session.say("colCheck"), session.say("colSeverity"), session.say("colTitle")];
  const words = wordsWith(session, new Map());
  await session.show(found, () =>
    tableLines(
      head,
      found.map(({ id, severity, title }) => [id, stateText(words, severity), title[session.language]]),
    ),
  );
  return 0;
};
