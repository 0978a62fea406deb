import * as z from "zod";
import { Enrolment, Grants, SessionInfo, User, UserName } from "../accounts.ts";
import { administer, Done, inspect, NoInput } from "./base.ts";

const Named = z.strictObject({ name: UserName });

/** Calls about accounts of the console. Nobody sets a password for somebody else: links let people choose their own. */
export const users = {
  list: inspect
    .route({ method: "GET", path: "/users", summary: "Accounts, by name" })
    .input(NoInput)
    .output(z.array(User)),
  invite: administer
    .route({ method: "POST", path: "/users", summary: "Make an account; its link sets the password" })
    .input(z.strictObject({ name: UserName.optional(), grants: Grants }))
    .output(Enrolment),
  grant: administer
    .route({ method: "PUT", path: "/users/{name}/grants", summary: "Give other roles; they count at once" })
    .input(Named.extend({ grants: Grants }))
    .output(User),
  resetPassword: administer
    .route({
      method: "POST",
      path: "/users/{name}/reset",
      summary: "Make a link that sets another password; sessions, tokens and one-time codes end now",
    })
    .input(Named)
    .output(Enrolment),
  unlock: administer
    .route({ method: "POST", path: "/users/{name}/unlock", summary: "Let a locked account sign in again" })
    .input(Named)
    .output(User),
  remove: administer
    .route({ method: "DELETE", path: "/users/{name}", summary: "Remove an account, its sessions and tokens" })
    .input(Named)
    .output(Done),
  sessions: inspect
    .route({ method: "GET", path: "/sessions", summary: "Open sessions, of one account or all" })
    .input(z.strictObject({ user: UserName.optional() }).optional())
    .output(z.array(SessionInfo)),
  endSession: administer
    .route({ method: "DELETE", path: "/sessions/{id}", summary: "End a session" })
    .input(z.strictObject({ id: z.string().max(100) }))
    .output(Done),
};
