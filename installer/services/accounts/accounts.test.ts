import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { fakeSecrets } from "../../../test/fakes/engine-services.ts";
import { createCredentials } from "../../adapters/accounts/credentials.ts";
import { openAccounts } from "../../adapters/accounts/open.ts";
import { ALL_GRANTS } from "../../core/accounts/permission.ts";
import { createAccounts } from "./accounts.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const MINUTE = 60_000;
const origin = { address: "10.0.0.1", agent: "test" };
const PASSWORD = "four legs on the roof";
const by = { user: "root", via: "socket", grants: ALL_GRANTS, totp: false } as const;

const site = async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-acc-"));
  undo.push(() => rmSync(folder, { recursive: true }));
  const store = await openAccounts(join(folder, "accounts.db"));
  undo.push(() => store.close());
  let now = 1_700_000_000_000;
  const accounts = createAccounts({
    store,
    // Cheap: how dear a password is to check is not what is tested here.
    credentials: createCredentials("test", { memoryKiB: 64, passes: 1 }),
    secrets: fakeSecrets(),
    clock: { now: () => now },
    limits: { idleMs: 30 * MINUTE, longestMs: 12 * 60 * MINUTE },
    addresses: () => ["https://10.0.0.1:8443"],
  });
  const enrol = async (name: string) => {
    const { token } = await accounts.invite({ name, grants: ALL_GRANTS }, by);
    return accounts.enrol({ token, password: PASSWORD }, origin);
  };
  return { accounts, enrol, pass: (ms: number) => void (now += ms) };
};

describe("links", () => {
  test("are good for a quarter of an hour", async () => {
    const { accounts, pass } = await site();
    const link = await accounts.firstLink();
    pass(14 * MINUTE);
    expect(await accounts.enrolment(link?.token ?? "", origin)).toMatchObject({ grants: ALL_GRANTS });
    pass(MINUTE);
    await expect(accounts.enrolment(link?.token ?? "", origin)).rejects.toMatchObject({
      code: "ENROLMENT_INVALID",
    });
  });

  test("for the first administrator are worth nothing once somebody has a password", async () => {
    const { accounts, enrol } = await site();
    const link = await accounts.firstLink();
    await enrol("alice");
    const request = { token: link?.token ?? "", user: "mallory", password: PASSWORD };
    await expect(accounts.enrol(request, origin)).rejects.toMatchObject({ code: "ENROLMENT_INVALID" });
    expect(await accounts.firstLink()).toBeUndefined();
  });
});

describe("sessions", () => {
  test("end when they are idle, and at last in any case", async () => {
    const { accounts, enrol, pass } = await site();
    const { cookie } = await enrol("alice");
    for (let halfHours = 0; halfHours < 23; halfHours++) {
      pass(29 * MINUTE);
      expect(await accounts.bySession(cookie)).toMatchObject({ user: "alice" });
    }
    pass(29 * MINUTE);
    pass(29 * MINUTE);
    expect(await accounts.bySession(cookie)).toBeUndefined();
    const again = await accounts.login({ user: "alice", password: PASSWORD }, origin);
    pass(30 * MINUTE);
    expect(await accounts.bySession(again.cookie)).toBeUndefined();
  });

  test("of others end with a new password, and all of them when it is reset", async () => {
    const { accounts, enrol } = await site();
    const one = await enrol("alice");
    const other = await accounts.login({ user: "alice", password: PASSWORD }, origin);
    await accounts.changePassword(other.person, { current: PASSWORD, next: "another roof with legs" });
    expect(await accounts.bySession(one.cookie)).toBeUndefined();
    expect(await accounts.bySession(other.cookie)).toBeDefined();
    await accounts.resetPassword("alice", by);
    expect(await accounts.bySession(other.cookie)).toBeUndefined();
  });
});

describe("wrong attempts", () => {
  const attempt = (accounts: Awaited<ReturnType<typeof site>>["accounts"], password: string) =>
    accounts.login({ user: "alice", password }, origin).then(
      () => "in",
      (error: { code: string }) => error.code,
    );

  test("lock a name for longer and longer, and the right password does not help before that", async () => {
    const { accounts, enrol, pass } = await site();
    await enrol("alice");
    for (let count = 0; count < 5; count++) expect(await attempt(accounts, "wrong")).toBe("LOGIN_REFUSED");
    expect(await attempt(accounts, PASSWORD)).toBe("LOGIN_LOCKED");
    pass(15_000);
    expect(await attempt(accounts, "wrong")).toBe("LOGIN_REFUSED");
    pass(15_000);
    expect(await attempt(accounts, PASSWORD)).toBe("LOGIN_LOCKED");
    pass(15_000);
    expect(await attempt(accounts, PASSWORD)).toBe("in");
  });

  test("are forgiven by an administrator", async () => {
    const { accounts, enrol } = await site();
    await enrol("alice");
    for (let count = 0; count < 5; count++) await attempt(accounts, "wrong");
    expect((await accounts.users())[0]?.state).toBe("locked");
    expect((await accounts.unlock("alice")).state).toBe("active");
    expect(await attempt(accounts, PASSWORD)).toBe("in");
  });
});

test("the last administrator can neither be removed nor made less", async () => {
  const { accounts, enrol } = await site();
  await enrol("alice");
  const last = { code: "LAST_ADMINISTRATOR" };
  await expect(accounts.remove("alice")).rejects.toMatchObject(last);
  await expect(accounts.grant("alice", { site: "viewer", clusters: {} })).rejects.toMatchObject(last);
  await enrol("bob");
  await accounts.remove("alice");
  expect((await accounts.users()).map(({ name }) => name)).toEqual(["bob"]);
});

test("tokens end with their time and with their owner", async () => {
  const { accounts, enrol, pass } = await site();
  const { person } = await enrol("alice");
  await enrol("bob");
  const { value } = await accounts.createToken(
    { name: "t", grants: ALL_GRANTS, scopes: [], days: 1 },
    person,
  );
  expect(await accounts.byToken(value, origin)).toMatchObject({ user: "alice", via: "token" });
  pass(24 * 60 * MINUTE);
  await expect(accounts.byToken(value, origin)).rejects.toMatchObject({ code: "TOKEN_REFUSED" });
  const other = await accounts.createToken({ name: "t", grants: ALL_GRANTS, scopes: [], days: 1 }, person);
  await accounts.remove("alice");
  await expect(accounts.byToken(other.value, origin)).rejects.toMatchObject({ code: "TOKEN_REFUSED" });
});
