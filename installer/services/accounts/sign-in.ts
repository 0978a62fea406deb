import { isCode, SlipwayError } from "../../core/contract.ts";
import type { UserRecord } from "../../core/ports/accounts.ts";
import type { AttemptLimits } from "./attempts.ts";
import type { Sessions } from "./sessions.ts";
import type { AccountParts, LoginRequest, Origin, Person, SignedIn } from "./types.ts";

/** Name of the secret that an account's one-time codes are made from. */
export const totpSecretName = (user: string): string => `console.totp.${user}`;

/** A new session for a person. */
export const signedIn = async (
  { store, clock }: Pick<AccountParts, "store" | "clock">,
  sessions: Sessions,
  { user, origin }: { readonly user: UserRecord; readonly origin: Origin },
): Promise<SignedIn> => {
  const { id, cookie } = await sessions.begin(user.name, origin);
  await store.changeUser(user.name, { lastSignInAt: clock.now() });
  const person: Person = {
    user: user.name,
    via: "session",
    grants: user.grants,
    totp: user.totp,
    session: id,
  };
  return { person, cookie };
};

/** Checks what was typed. One error for everything that is wrong, after the same work. */
export const login = async (
  parts: AccountParts,
  { sessions, attempts }: { readonly sessions: Sessions; readonly attempts: AttemptLimits },
  { request, origin }: { readonly request: LoginRequest; readonly origin: Origin },
): Promise<SignedIn> => {
  const { store, credentials } = parts;
  await attempts.begin(request.user, origin.address);
  const user = await store.user(request.user.toLowerCase());
  const right = await credentials.checkPassword(user?.password, request.password);
  if (!right || user === undefined) throw SlipwayError.of("LOGIN_REFUSED", {});
  if (user.totp) {
    if (request.code === undefined) {
      // Earlier wrong codes stay counted: a right password must not make guesses of codes free.
      await attempts.undo(request.user, origin.address);
      throw SlipwayError.of("LOGIN_CODE_NEEDED", {});
    }
    if (!(await takeCode(parts, user.name, request.code))) throw SlipwayError.of("LOGIN_REFUSED", {});
  }
  await attempts.succeeded(request.user, origin.address);
  return signedIn(parts, sessions, { user, origin });
};

/** True when a one-time or a recovery code is right and was never used before; it is used now. */
export const takeCode = async (
  { store, credentials, secrets, clock }: AccountParts,
  user: string,
  code: string,
): Promise<boolean> => {
  const secret = await kept(secrets, totpSecretName(user));
  const step = secret === undefined ? undefined : credentials.totpStep(secret, code, clock.now());
  if (step !== undefined) return store.takeTotpStep(user, step);
  return store.takeRecoveryCode(user, recoveryHash(credentials, code));
};

/** Recovery codes are compared without regard to case and hyphens. */
export const recoveryHash = ({ fingerprint }: AccountParts["credentials"], code: string): string =>
  fingerprint(code.toLowerCase().replaceAll(/[^0-9a-z]/g, ""));

/** A secret, if there is one of that name. */
export const kept = async (
  secrets: Pick<AccountParts["secrets"], "get">,
  name: string,
): Promise<string | undefined> =>
  secrets.get(name).catch((error: unknown) => {
    if (isCode(error, "SECRET_NOT_FOUND")) return undefined;
    throw error;
  });
