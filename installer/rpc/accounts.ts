import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { mayCall } from "../core/accounts/permission.ts";
import { ownerOf } from "../services/accounts/tokens.ts";
import { personIn, type CallContext, type EngineServices } from "./services.ts";

const done = { done: true } as const;

/** Calls about accounts of others. */
export const usersRouter = ({ accounts }: Pick<EngineServices, "accounts">) => {
  const os = implement(contract.users).$context<CallContext>();
  return os.router({
    list: os.list.handler(async () => [...(await accounts.users())]),
    invite: os.invite.handler(({ input, context }) => accounts.invite(input, personIn(context))),
    grant: os.grant.handler(({ input }) => accounts.grant(input.name, input.grants)),
    resetPassword: os.resetPassword.handler(({ input, context }) =>
      accounts.resetPassword(input.name, personIn(context)),
    ),
    unlock: os.unlock.handler(({ input }) => accounts.unlock(input.name)),
    remove: os.remove.handler(async ({ input }) => {
      await accounts.remove(input.name);
      return done;
    }),
    sessions: os.sessions.handler(async ({ input, context }) => [
      ...(await accounts.sessions(input?.user, personIn(context).session)),
    ]),
    endSession: os.endSession.handler(async ({ input }) => {
      await accounts.endSession(input.id, undefined);
      return done;
    }),
  });
};

/** Calls about tokens of programs. */
export const tokensRouter = ({ accounts }: Pick<EngineServices, "accounts">) => {
  const os = implement(contract.tokens).$context<CallContext>();
  return os.router({
    list: os.list.handler(async ({ input, context }) => {
      const person = personIn(context);
      const all = input?.whose === "all";
      if (all && !mayCall(person, "inspect", undefined)) {
        throw SlipwayError.of("PERMISSION_DENIED", {
          user: person.user,
          call: "tokens.list",
          needed: "inspect",
        });
      }
      return [...(await accounts.tokens(all ? undefined : ownerOf(person)))];
    }),
    create: os.create.handler(({ input, context }) => accounts.createToken(input, personIn(context))),
    revoke: os.revoke.handler(async ({ input, context }) => {
      const person = personIn(context);
      const ofAnybody = mayCall(person, "administer", undefined);
      await accounts.revokeToken(input.id, ofAnybody ? undefined : ownerOf(person));
      return done;
    }),
  });
};
