import type { Enrolment, Grants } from "../../contract/accounts.ts";
import { checkNewPassword } from "../../core/accounts/password.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { EnrolmentRecord, UserRecord } from "../../core/ports/accounts.ts";
import type { Sessions } from "./sessions.ts";
import { signedIn } from "./sign-in.ts";
import type { AccountParts, EnrolRequest, Origin, SignedIn } from "./types.ts";

/** How long a link is good for. */
const LINK_MS = 15 * 60_000;

/** Makes a link; one that was made before for the same purpose and account is worth nothing then. */
export const makeLink = async (
  { store, credentials, clock, addresses }: AccountParts,
  wanted: Omit<EnrolmentRecord, "hash" | "expiresAt">,
): Promise<Enrolment> => {
  const token = credentials.newToken();
  const expiresAt = clock.now() + LINK_MS;
  await store.addEnrolment({ ...wanted, hash: credentials.fingerprint(token), expiresAt });
  // Behind the #, so that no server and no log sees it.
  const path = `/enrol#${token}`;
  return {
    ...(wanted.user === undefined ? {} : { user: wanted.user }),
    grants: wanted.grants,
    expiresAt,
    token,
    path,
    links: addresses().map((address) => `${address}${path}`),
  };
};

/** What a link is for. Rejects with ENROLMENT_INVALID. */
export const openLink = async (parts: AccountParts, token: string): Promise<EnrolmentRecord> => {
  const { store, credentials, clock } = parts;
  return stillGood(parts, await store.enrolment(credentials.fingerprint(token), clock.now()));
};

/** Uses a link: the password is judged first, so that a bad one does not cost the link. */
export const useLink = async (
  parts: AccountParts,
  sessions: Sessions,
  { request, origin }: { readonly request: EnrolRequest; readonly origin: Origin },
): Promise<SignedIn> => {
  const { store, credentials, clock } = parts;
  const link = await openLink(parts, request.token);
  const name = link.user ?? request.user;
  if (name === undefined) throw SlipwayError.of("USER_NAME_NEEDED", {});
  if (link.user === undefined && (await store.user(name)) !== undefined) {
    throw SlipwayError.of("USER_EXISTS", { user: name });
  }
  checkNewPassword(request.password, name);
  const password = await credentials.hashPassword(request.password);
  await stillGood(parts, await store.takeEnrolment(credentials.fingerprint(request.token), clock.now()));
  const user = await settle(parts, link, { name, password });
  return signedIn(parts, sessions, { user, origin });
};

const settle = async (
  { store, clock }: AccountParts,
  link: EnrolmentRecord,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<UserRecord> => {
  const existing = await store.user(name);
  if (existing === undefined) {
    const user = newUser(name, { grants: link.grants, by: link.createdBy, at: clock.now(), password });
    // Removed meanwhile, so that a link does not bring an account back.
    if (link.purpose === "reset") throw SlipwayError.of("ENROLMENT_INVALID", {});
    if (!(await store.addUser(user))) throw SlipwayError.of("USER_EXISTS", { user: name });
    return user;
  }
  await store.changeUser(name, { password });
  return { ...existing, password };
};

/** An account as it is when it is new. */
export const newUser = (
  name: string,
  from: {
    readonly grants: Grants;
    readonly by: string;
    readonly at: number;
    readonly password: string | undefined;
  },
): UserRecord => ({
  name,
  grants: from.grants,
  password: from.password,
  totp: false,
  createdAt: from.at,
  createdBy: from.by,
  lastSignInAt: undefined,
});

/** A link that may be used, or ENROLMENT_INVALID: that for the first administrator ends with the first account. */
const stillGood = async (
  { store }: AccountParts,
  link: EnrolmentRecord | undefined,
): Promise<EnrolmentRecord> => {
  if (link === undefined) throw SlipwayError.of("ENROLMENT_INVALID", {});
  if (link.purpose === "first") {
    const users = await store.users();
    if (users.some(({ password }) => password !== undefined)) throw SlipwayError.of("ENROLMENT_INVALID", {});
  }
  return link;
};
