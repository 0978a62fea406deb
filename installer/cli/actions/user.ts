import type { User } from "../../contract/accounts.ts";
import { argument, type Action } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { timeText } from "../output/time.ts";
import { linkLines } from "./console.ts";
import { grantsFrom, grantsText } from "./grants.ts";

const states = {
  invited: "userInvited",
  active: "userActive",
  locked: "userLocked",
} as const satisfies Record<User["state"], string>;

/** `user list`. */
export const list: Action = async (session) => {
  const client = await session.engine();
  const found = await client.users.list();
  await session.show(found, () =>
    found.length === 0
      ? [session.say("nothing")]
      : tableLines(
          (["colUser", "colRole", "colState", "colTotp", "colLastSignIn", "colSessions"] as const).map(
            (key) => session.say(key),
          ),
          found.map((one) => [
            one.name,
            grantsText(one.grants, session),
            session.say(states[one.state]),
            session.say(one.totp ? "yes" : "no"),
            one.lastSignInAt === undefined ? "-" : timeText(one.lastSignInAt),
            String(one.sessions),
          ]),
        ),
  );
  return 0;
};

/** `user remove`. */
export const remove: Action = async (session, input) => {
  const client = await session.engine();
  await client.users.remove({ name: argument(input, 0) });
  session.tell(session.say("done"));
  return 0;
};

/** `user role`. */
export const role: Action = async (session, input) => {
  const client = await session.engine();
  const changed = await client.users.grant({
    name: argument(input, 0),
    grants: grantsFrom(input, undefined),
  });
  await session.show(changed, () => [
    session.say("userGranted", { user: changed.name, role: grantsText(changed.grants, session) }),
  ]);
  return 0;
};

/** `user reset-password`. */
export const resetPassword: Action = async (session, input) => {
  const client = await session.engine();
  const made = await client.users.resetPassword({ name: argument(input, 0) });
  await session.show(made, () => linkLines(made, session));
  return 0;
};

/** `user unlock`. */
export const unlock: Action = async (session, input) => {
  const client = await session.engine();
  const found = await client.users.unlock({ name: argument(input, 0) });
  await session.show(found, () => [session.say("done")]);
  return 0;
};
