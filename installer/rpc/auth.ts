import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import type { Caller } from "../contract/accounts.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import type { AccountsService, Person, SignedIn } from "../services/accounts/types.ts";
import type { AuditSubject } from "../services/audit.ts";
import type { Client, CookieJar } from "./client-of.ts";
import { personIn, type CallContext, type EngineServices } from "./services.ts";

const done = { done: true } as const;

/** Calls about who one is. Those that anybody may make write their own audit entries. */
export const authRouter = ({ accounts, audit }: Pick<EngineServices, "accounts" | "audit">) => {
  const os = implement(contract.auth).$context<CallContext>();

  /** Signs somebody in, and notes who it was, or who it claimed to be if there is such an account. */
  const entering = async (
    client: Client,
    { action, claimed, work }: { action: string; claimed: string | undefined; work: () => Promise<SignedIn> },
  ): Promise<Caller> => {
    const cookies = cookiesOf(client, action);
    const subject = (user: string): AuditSubject => ({
      user,
      via: "none",
      address: client.address,
      action,
      object: user,
      about: JSON.stringify({ agent: client.agent.slice(0, 200) }),
    });
    let entered: SignedIn;
    try {
      entered = await work();
    } catch (failure) {
      const user = claimed === undefined ? undefined : await accounts.knownName(claimed);
      await audit.note(subject(user ?? ""), failure);
      throw failure;
    }
    await audit.note(subject(entered.person.user));
    // The session that this browser had goes: nobody goes on with one that somebody else began.
    if (client.person?.session !== undefined) {
      await accounts.endSession(client.person.session, undefined).catch(() => undefined);
    }
    cookies.set(entered.cookie);
    return callerView(accounts, entered.person);
  };

  return os.router({
    welcome: os.welcome.handler(async ({ context: { client } }) => ({
      setup: await accounts.setup(),
      ...(client.person === undefined ? {} : { caller: await callerView(accounts, client.person) }),
    })),
    login: os.login.handler(({ input, context: { client } }) =>
      entering(client, {
        action: "auth.login",
        claimed: input.user,
        work: () => accounts.login(input, client),
      }),
    ),
    enrolment: os.enrolment.handler(({ input, context: { client } }) =>
      accounts.enrolment(input.token, client),
    ),
    enrol: os.enrol.handler(({ input, context: { client } }) =>
      entering(client, {
        action: "auth.enrol",
        claimed: undefined,
        work: () => accounts.enrol(input, client),
      }),
    ),
    me: os.me.handler(({ context }) => callerView(accounts, personIn(context))),
    logout: os.logout.handler(async ({ context }) => {
      const { session } = personIn(context);
      context.client.cookies?.clear();
      if (session !== undefined) await accounts.endSession(session, undefined);
      return done;
    }),
    changePassword: os.changePassword.handler(async ({ input, context }) => {
      await accounts.changePassword(personIn(context), input);
      return done;
    }),
    beginTotp: os.beginTotp.handler(({ input, context }) =>
      accounts.beginTotp(personIn(context), input.password),
    ),
    confirmTotp: os.confirmTotp.handler(({ input, context }) =>
      accounts.confirmTotp(personIn(context), input.code),
    ),
    endTotp: os.endTotp.handler(async ({ input, context }) => {
      await accounts.endTotp(personIn(context), input.password);
      return done;
    }),
    sessions: os.sessions.handler(async ({ context }) => {
      const { user, session, via } = personIn(context);
      return via === "socket" ? [] : [...(await accounts.sessions(user, session))];
    }),
    endSession: os.endSession.handler(async ({ input, context }) => {
      await accounts.endSession(input.id, personIn(context).user);
      return done;
    }),
  });
};

/** A person as they see themselves. */
const callerView = async (accounts: Pick<AccountsService, "session">, person: Person): Promise<Caller> => {
  const { user, via, grants, totp, session } = person;
  const found = session === undefined ? undefined : await accounts.session(session);
  return { user, via, grants, totp, ...(found === undefined ? {} : { session: found }) };
};

const cookiesOf = ({ cookies }: Client, call: string): CookieJar => {
  if (cookies === undefined) {
    throw SlipwayError.of("REQUEST_INVALID", { call, problem: "make this call as an HTTP request to /rpc" });
  }
  return cookies;
};
