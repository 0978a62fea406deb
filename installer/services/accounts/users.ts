import type { User } from "../../contract/accounts.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { UserRecord } from "../../core/ports/accounts.ts";
import type { AttemptLimits } from "./attempts.ts";
import { makeLink, newUser } from "./enrolment.ts";
import { forgetTotp } from "./own.ts";
import type { Sessions } from "./sessions.ts";
import type { AccountParts, AccountsService } from "./types.ts";

type Users = Pick<AccountsService, "users" | "invite" | "grant" | "resetPassword" | "unlock" | "remove">;

/** What administrators do with accounts. The last of them stays one. */
export const userAdministration = (
  parts: AccountParts,
  { sessions, attempts }: { readonly sessions: Sessions; readonly attempts: AttemptLimits },
): Users => {
  const { store, clock } = parts;

  const known = async (name: string): Promise<UserRecord> => {
    const found = await store.user(name);
    if (found === undefined) throw SlipwayError.of("USER_UNKNOWN", { user: name });
    return found;
  };
  const view = async (user: UserRecord): Promise<User> => {
    const lockedUntil = await attempts.lockedUntil(user.name);
    return {
      name: user.name,
      grants: user.grants,
      state: user.password === undefined ? "invited" : lockedUntil === undefined ? "active" : "locked",
      totp: user.totp,
      createdAt: user.createdAt,
      createdBy: user.createdBy,
      ...(user.lastSignInAt === undefined ? {} : { lastSignInAt: user.lastSignInAt }),
      ...(lockedUntil === undefined ? {} : { lockedUntil }),
      sessions: (await sessions.list(user.name)).length,
    };
  };
  const requireAnother = async (name: string): Promise<void> => {
    const users = await store.users();
    const isAdministrator = (user: UserRecord): boolean =>
      user.grants.site === "administrator" && user.password !== undefined;
    if (users.some((user) => user.name === name && isAdministrator(user))) {
      if (!users.some((user) => user.name !== name && isAdministrator(user))) {
        throw SlipwayError.of("LAST_ADMINISTRATOR", { user: name });
      }
    }
  };

  return {
    users: async () => Promise.all((await store.users()).map(view)),
    async invite({ name, grants }, by) {
      if (name === undefined) {
        return makeLink(parts, { user: undefined, grants, purpose: "invite", createdBy: by.user });
      }
      const user = newUser(name, { grants, by: by.user, at: clock.now(), password: undefined });
      if (!(await store.addUser(user))) throw SlipwayError.of("USER_EXISTS", { user: name });
      return makeLink(parts, { user: name, grants, purpose: "reset", createdBy: by.user });
    },
    async grant(name, grants) {
      const user = await known(name);
      if (grants.site !== "administrator") await requireAnother(name);
      await store.changeUser(name, { grants });
      return view({ ...user, grants });
    },
    async resetPassword(name, by) {
      const { grants } = await known(name);
      await store.changeUser(name, { password: undefined });
      await sessions.end({ user: name });
      for (const { id } of await store.tokens(name)) await store.removeToken(id);
      await forgetTotp(parts, name);
      await attempts.forgive(name);
      return makeLink(parts, { user: name, grants, purpose: "reset", createdBy: by.user });
    },
    async unlock(name) {
      const user = await known(name);
      await attempts.forgive(name);
      return view(user);
    },
    async remove(name) {
      await known(name);
      await requireAnother(name);
      await sessions.end({ user: name });
      await forgetTotp(parts, name);
      await store.removeUser(name);
    },
  };
};
