import { ALL_GRANTS } from "../../core/accounts/permission.ts";
import { SlipwayError } from "../../core/contract.ts";
import { attemptLimits } from "./attempts.ts";
import { makeLink, openLink, useLink } from "./enrolment.ts";
import { ownAccount } from "./own.ts";
import { createSessions, personByToken } from "./sessions.ts";
import { login } from "./sign-in.ts";
import { tokenAdministration } from "./tokens.ts";
import type { AccountParts, AccountsService } from "./types.ts";
import { userAdministration } from "./users.ts";

/** Joins the parts of accounts. */
export const createAccounts = (parts: AccountParts): AccountsService => {
  const { store } = parts;
  const sessions = createSessions(parts);
  const attempts = attemptLimits(parts);
  const isEmpty = async (): Promise<boolean> =>
    (await store.users()).every(({ password }) => password === undefined);
  return {
    ...ownAccount(parts, { sessions, attempts }),
    ...userAdministration(parts, { sessions, attempts }),
    ...tokenAdministration(parts),
    setup: async () => ((await isEmpty()) ? "needed" : "done"),
    bySession: (cookie) => sessions.person(cookie),
    byToken: (value, origin) => personByToken(parts, value, origin),
    login: (request, origin) => login(parts, { sessions, attempts }, { request, origin }),
    knownName: async (typed) => (await store.user(typed.toLowerCase()))?.name,
    async enrolment(token) {
      const { user, grants, expiresAt } = await openLink(parts, token);
      return { ...(user === undefined ? {} : { user }), grants, expiresAt };
    },
    enrol: (request, origin) => useLink(parts, sessions, { request, origin }),
    firstLink: async () =>
      (await isEmpty())
        ? makeLink(parts, { user: undefined, grants: ALL_GRANTS, purpose: "first", createdBy: "engine" })
        : undefined,
    session: (id) => sessions.one(id),
    sessions: (user, current) => sessions.list(user, current),
    async endSession(id, user) {
      const found = await sessions.end({ id, ...(user === undefined ? {} : { user }) });
      if (found === 0) throw SlipwayError.of("SESSION_UNKNOWN", {});
    },
    onSessionsEnded: (listener) => sessions.onEnded(listener),
  };
};
