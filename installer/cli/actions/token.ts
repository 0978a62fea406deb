import { argument, optionText, type Action } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { timeText } from "../output/time.ts";
import { grantsFrom, grantsText } from "./grants.ts";
import { wholeNumber } from "./operation.ts";

/** `token list`. */
export const list: Action = async (session) => {
  const client = await session.engine();
  const found = await client.tokens.list({ whose: "all" });
  await session.show(found, () =>
    found.length === 0
      ? [session.say("nothing")]
      : tableLines(
          (["colId", "colName", "colUser", "colRole", "colScopes", "colExpires", "colLastUsed"] as const).map(
            (key) => session.say(key),
          ),
          found.map((one) => [
            one.id,
            one.name,
            one.user,
            grantsText(one.grants, session),
            one.scopes.length === 0 ? "*" : one.scopes.join(","),
            timeText(one.expiresAt),
            one.lastUsedAt === undefined ? "-" : `${timeText(one.lastUsedAt)} ${one.lastAddress ?? ""}`,
          ]),
        ),
  );
  return 0;
};

/** `token create`. */
export const create: Action = async (session, input) => {
  const client = await session.engine();
  const days = wholeNumber(input, "days");
  const made = await client.tokens.create({
    name: argument(input, 0),
    grants: grantsFrom(input, "viewer"),
    scopes: (optionText(input, "scope") ?? "").split(",").filter(Boolean),
    ...(days === undefined ? {} : { days }),
  });
  await session.show(made, () => [
    session.say("tokenMade", { id: made.token.id, until: timeText(made.token.expiresAt) }),
    made.value,
  ]);
  return 0;
};

/** `token revoke`. */
export const revoke: Action = async (session, input) => {
  const client = await session.engine();
  await client.tokens.revoke({ id: argument(input, 0) });
  session.tell(session.say("done"));
  return 0;
};
