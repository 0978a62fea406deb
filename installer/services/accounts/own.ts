import type { RecoveryCodes, TotpSecret } from "../../contract/api/auth.ts";
import { checkNewPassword } from "../../core/accounts/password.ts";
import { isCode, SlipwayError } from "../../core/contract.ts";
import type { AttemptLimits } from "./attempts.ts";
import type { Sessions } from "./sessions.ts";
import { kept, recoveryHash, totpSecretName } from "./sign-in.ts";
import type { AccountParts, AccountsService, Person } from "./types.ts";

type Own = Pick<AccountsService, "changePassword" | "beginTotp" | "confirmTotp" | "endTotp">;

/** What people do with their own account. Each asks for the password again: an open browser is not its owner. */
export const ownAccount = (
  parts: AccountParts,
  { sessions, attempts }: { readonly sessions: Sessions; readonly attempts: AttemptLimits },
): Own => {
  const { store, credentials, secrets, clock } = parts;

  const requirePassword = async (person: Person, password: string): Promise<void> => {
    const address = `session ${person.session ?? ""}`;
    await attempts.begin(person.user, address);
    const user = await store.user(person.user);
    if (!(await credentials.checkPassword(user?.password, password))) {
      throw SlipwayError.of("PASSWORD_WRONG", {});
    }
    await attempts.succeeded(person.user, address);
  };

  return {
    async changePassword(person, { current, next }) {
      await requirePassword(person, current);
      checkNewPassword(next, person.user);
      await store.changeUser(person.user, { password: await credentials.hashPassword(next) });
      await sessions.end({
        user: person.user,
        ...(person.session === undefined ? {} : { except: person.session }),
      });
    },
    async beginTotp(person, password): Promise<TotpSecret> {
      await requirePassword(person, password);
      // What is in use stays in use until the new one has been seen to work.
      const made = credentials.newTotp(person.user);
      await secrets.set(nextTotpSecretName(person.user), made.secret);
      return made;
    },
    async confirmTotp(person, code): Promise<RecoveryCodes> {
      const address = `session ${person.session ?? ""}`;
      await attempts.begin(person.user, address);
      const secret = await kept(secrets, nextTotpSecretName(person.user));
      const step = secret === undefined ? undefined : credentials.totpStep(secret, code, clock.now());
      if (secret === undefined || step === undefined || !(await store.takeTotpStep(person.user, step))) {
        throw SlipwayError.of("TOTP_WRONG", {});
      }
      await secrets.set(totpSecretName(person.user), secret);
      await secrets.remove(nextTotpSecretName(person.user));
      await attempts.succeeded(person.user, address);
      const codes = credentials.newRecoveryCodes();
      await store.setRecoveryCodes(
        person.user,
        codes.map((one) => recoveryHash(credentials, one)),
      );
      await store.changeUser(person.user, { totp: true });
      return { codes };
    },
    async endTotp(person, password) {
      await requirePassword(person, password);
      await forgetTotp(parts, person.user);
    },
  };
};

const nextTotpSecretName = (user: string): string => `console.totp-next.${user}`;

/** Lets an account sign in without one-time codes. */
export const forgetTotp = async (
  { store, secrets }: Pick<AccountParts, "store" | "secrets">,
  user: string,
): Promise<void> => {
  await store.changeUser(user, { totp: false });
  await store.setRecoveryCodes(user, []);
  for (const name of [totpSecretName(user), nextTotpSecretName(user)]) {
    await secrets.remove(name).catch((error: unknown) => {
      if (!isCode(error, "SECRET_NOT_FOUND")) throw error;
    });
  }
};
