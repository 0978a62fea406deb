import * as z from "zod";
import { Caller, Enrolment, Password, SessionInfo, UserName } from "../accounts.ts";
import { Done, everyone, NoInput, self, signedIn } from "./base.ts";

/** What the page before the login needs to know. */
export const Welcome = z.object({
  setup: z
    .enum(["needed", "done"])
    .describe("needed: there is no account yet, only an enrolment link makes one"),
  caller: Caller.optional().describe("Who asks, when they are signed in"),
});
export type Welcome = Readonly<z.output<typeof Welcome>>;

/** A one-time code of six digits, or one of the recovery codes. */
const Code = z
  .string()
  .max(40)
  .regex(/^[0-9A-Za-z -]+$/);
const Link = z.string().min(1).max(200).describe("Token of an enrolment link");

/** What an authenticator app is given; it counts once `confirmTotp` has seen a code of it. */
export const TotpSecret = z.object({
  secret: z.string().describe("Base32, for typing"),
  uri: z.string().describe("otpauth://, for a QR code"),
});
export type TotpSecret = Readonly<z.output<typeof TotpSecret>>;

/** Codes for the day the authenticator is lost. Each works once; they are shown this once. */
export const RecoveryCodes = z.object({ codes: z.array(z.string()).readonly() });
export type RecoveryCodes = Readonly<z.output<typeof RecoveryCodes>>;

/**
 * Calls about who one is. `login` and `enrol` set a cookie, so they are made as HTTP requests below /rpc and not over the
 * WebSocket; they are no part of /api, whose callers bring tokens.
 */
export const auth = {
  welcome: everyone
    .route({
      method: "GET",
      path: "/auth",
      summary: "Whether anybody is signed in, and whether there are accounts",
    })
    .input(NoInput)
    .output(Welcome),
  login: everyone
    .route({ method: "POST", path: "/auth/login", summary: "Sign in; the answer sets the session's cookie" })
    .input(
      z.strictObject({
        user: z.string().min(1).max(100),
        password: Password,
        code: Code.optional().describe("Asked for by LOGIN_CODE_NEEDED"),
      }),
    )
    .output(Caller),
  enrolment: everyone
    .route({ method: "POST", path: "/auth/enrolment", summary: "What an enrolment link is for" })
    .input(z.strictObject({ token: Link }))
    .output(Enrolment.pick({ user: true, grants: true, expiresAt: true })),
  enrol: everyone
    .route({
      method: "POST",
      path: "/auth/enrol",
      summary: "Use an enrolment link: set a password and sign in",
    })
    .input(
      z.strictObject({
        token: Link,
        user: UserName.optional().describe("Needed when the link names nobody"),
        password: Password,
      }),
    )
    .output(Caller),
  me: signedIn.route({ method: "GET", path: "/auth/me", summary: "Who asks" }).input(NoInput).output(Caller),
  logout: self
    .route({ method: "POST", path: "/auth/logout", summary: "End this session" })
    .input(NoInput)
    .output(Done),
  changePassword: self
    .route({ method: "POST", path: "/auth/password", summary: "Set another password; other sessions end" })
    .input(z.strictObject({ current: Password, next: Password }))
    .output(Done),
  beginTotp: self
    .route({ method: "POST", path: "/auth/totp", summary: "Begin to use one-time codes" })
    .input(z.strictObject({ password: Password }))
    .output(TotpSecret),
  confirmTotp: self
    .route({ method: "POST", path: "/auth/totp/confirm", summary: "Use one-time codes from now on" })
    .input(z.strictObject({ code: Code }))
    .output(RecoveryCodes),
  endTotp: self
    .route({ method: "POST", path: "/auth/totp/end", summary: "Sign in without one-time codes again" })
    .input(z.strictObject({ password: Password }))
    .output(Done),
  sessions: signedIn
    .route({ method: "GET", path: "/auth/sessions", summary: "One's own sessions" })
    .input(NoInput)
    .output(z.array(SessionInfo)),
  endSession: self
    .route({ method: "DELETE", path: "/auth/sessions/{id}", summary: "End one of one's own sessions" })
    .input(z.strictObject({ id: z.string().max(100) }))
    .output(Done),
};
