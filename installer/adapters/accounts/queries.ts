import type Database from "better-sqlite3";
import { Grants } from "../../contract/accounts.ts";
import type {
  AccountStore,
  Attempts,
  EnrolmentRecord,
  SessionChoice,
  SessionRecord,
  UserRecord,
} from "../../core/ports/accounts.ts";
import { tokenQueries } from "./token-queries.ts";

type Guard = <T>(work: () => T) => T;

interface UserRow {
  name: string;
  grants: string;
  password: string | null;
  totp: number;
  created_at: number;
  created_by: string;
  last_sign_in_at: number | null;
}
interface SessionRow {
  id: string;
  hash: string;
  user: string;
  created_at: number;
  last_used_at: number;
  address: string;
  agent: string;
}
interface EnrolmentRow {
  hash: string;
  user: string | null;
  grants: string;
  purpose: EnrolmentRecord["purpose"];
  created_by: string;
  expires_at: number;
}

/** More names and addresses than this are not remembered: strangers choose them. */
const MOST_ATTEMPTS = 10_000;

const CHOSEN =
  "(@id is null or id = @id) and (@user is null or user = @user) and (@except is null or id <> @except)";

/** The store's methods as statements that are prepared once. */
export const accountQueries = (database: Database.Database, guarded: Guard): AccountStore => {
  const rows = <R>(sql: string): Database.Statement<unknown[], R> => database.prepare<unknown[], R>(sql);
  const userByName = rows<UserRow>("select * from users where name = ?");
  const allUsers = rows<UserRow>("select * from users order by name");
  const insertUser = rows(
    "insert into users (name, grants, password, totp, created_at, created_by, last_sign_in_at) values (@name, @grants, @password, @totp, @createdAt, @createdBy, @lastSignInAt) on conflict do nothing",
  );
  const changeUser = rows(
    "update users set grants = @grants, password = @password, totp = @totp, last_sign_in_at = @lastSignInAt where name = @name",
  );
  const takeStep = rows("update users set totp_step = @step where name = @name and totp_step < @step");
  const addCode = rows("insert or ignore into recovery_codes (user, hash) values (?, ?)");
  const insertSession = rows(
    "insert into sessions (id, hash, user, created_at, last_used_at, address, agent) values (@id, @hash, @user, @createdAt, @lastUsedAt, @address, @agent)",
  );
  const sessionByHash = rows<SessionRow>("select * from sessions where hash = ?");
  const someSessions = rows<SessionRow>(
    `select * from sessions where ${CHOSEN} order by created_at desc, id`,
  );
  const removeSessions = rows<{ id: string }>(`delete from sessions where ${CHOSEN} returning id`);
  const expire = rows<{ id: string }>(
    "delete from sessions where last_used_at < ? or created_at < ? returning id",
  );
  const closeEnrolments = rows(
    "delete from enrolments where expires_at < @now or (purpose = @purpose and user is @user)",
  );
  const insertEnrolment = rows(
    "insert into enrolments (hash, user, grants, purpose, created_by, expires_at) values (@hash, @user, @grants, @purpose, @createdBy, @expiresAt)",
  );
  const enrolment = rows<EnrolmentRow>("select * from enrolments where hash = ? and expires_at > ?");
  const takeEnrolment = rows<EnrolmentRow>(
    "delete from enrolments where hash = ? and expires_at > ? returning *",
  );
  const attemptsOf = rows<{ count: number; last_at: number }>(
    "select count, last_at from attempts where key = ?",
  );
  const countAttempt = rows<{ count: number; last_at: number }>(
    "insert into attempts (key, count, last_at) values (@key, 1, @now) on conflict do update set count = iif(last_at < @forgetBefore, 1, count + 1), last_at = @now returning count, last_at",
  );
  const pruneAttempts = rows(
    `delete from attempts where last_at < @forgetBefore or key in (select key from attempts order by last_at desc limit -1 offset ${MOST_ATTEMPTS})`,
  );
  const run = async <T>(work: () => T): Promise<T> => guarded(work);
  const inOne = <T>(work: () => T): Promise<T> => run(() => database.transaction(work).immediate());

  return {
    ...tokenQueries(database, run),
    user: (name) => run(() => userOf(userByName.get(name))),
    users: () => run(() => allUsers.all().flatMap((row) => userOf(row) ?? [])),
    addUser: (user) => run(() => insertUser.run(userColumns(user)).changes === 1),
    changeUser: (name, change) =>
      inOne(() => {
        const found = userOf(userByName.get(name));
        if (found !== undefined) changeUser.run(userColumns({ ...found, ...change }));
      }),
    removeUser: (name) =>
      inOne(() => {
        for (const table of ["tokens", "enrolments"]) {
          database.prepare(`delete from ${table} where user = ?`).run(name);
        }
        database.prepare("delete from users where name = ?").run(name);
      }),
    takeTotpStep: (name, step) => run(() => takeStep.run({ name, step }).changes === 1),
    setRecoveryCodes: (name, hashes) =>
      inOne(() => {
        database.prepare("delete from recovery_codes where user = ?").run(name);
        for (const hash of hashes) addCode.run(name, hash);
      }),
    takeRecoveryCode: (name, hash) =>
      run(
        () =>
          database.prepare("delete from recovery_codes where user = ? and hash = ?").run(name, hash)
            .changes === 1,
      ),

    addSession: (session) => run(() => void insertSession.run(session)),
    sessionByHash: (hash) => run(() => sessionOf(sessionByHash.get(hash))),
    sessions: (choice = {}) =>
      run(() => someSessions.all(chosen(choice)).flatMap((row) => sessionOf(row) ?? [])),
    touchSession: (id, at) =>
      run(() => void database.prepare("update sessions set last_used_at = ? where id = ?").run(at, id)),
    removeSessions: (choice) => run(() => removeSessions.all(chosen(choice)).map(({ id }) => id)),
    expireSessions: (idleSince, createdBefore) =>
      run(() => expire.all(idleSince, createdBefore).map(({ id }) => id)),

    addEnrolment: (record) =>
      inOne(() => {
        const columns = { ...record, user: record.user ?? null, grants: JSON.stringify(record.grants) };
        closeEnrolments.run({ now: 0, purpose: record.purpose, user: columns.user });
        insertEnrolment.run(columns);
      }),
    enrolment: (hash, now) => run(() => enrolmentOf(enrolment.get(hash, now))),
    takeEnrolment: (hash, now) => run(() => enrolmentOf(takeEnrolment.get(hash, now))),

    attempts: (key) => run(() => attemptsIn(attemptsOf.get(key))),
    countAttempt: (key, at) =>
      inOne(() => {
        pruneAttempts.run({ forgetBefore: at.forgetBefore });
        return attemptsIn(countAttempt.get({ key, ...at })) ?? { count: 1, lastAt: at.now };
      }),
    uncountAttempt: (key) =>
      run(
        () => void database.prepare("update attempts set count = max(count - 1, 0) where key = ?").run(key),
      ),
    forgiveAttempts: (key) => run(() => void database.prepare("delete from attempts where key = ?").run(key)),
  };
};

const chosen = ({ id, user, except }: SessionChoice): object => ({
  id: id ?? null,
  user: user ?? null,
  except: except ?? null,
});

const userColumns = ({ grants, password, totp, lastSignInAt, ...user }: UserRecord): object => ({
  ...user,
  grants: JSON.stringify(grants),
  password: password ?? null,
  totp: totp ? 1 : 0,
  lastSignInAt: lastSignInAt ?? null,
});

const userOf = (row: UserRow | undefined): UserRecord | undefined =>
  row && {
    name: row.name,
    grants: Grants.parse(JSON.parse(row.grants)),
    password: row.password ?? undefined,
    totp: row.totp === 1,
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastSignInAt: row.last_sign_in_at ?? undefined,
  };

const sessionOf = (row: SessionRow | undefined): SessionRecord | undefined =>
  row && {
    id: row.id,
    hash: row.hash,
    user: row.user,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    address: row.address,
    agent: row.agent,
  };

const enrolmentOf = (row: EnrolmentRow | undefined): EnrolmentRecord | undefined =>
  row && {
    hash: row.hash,
    user: row.user ?? undefined,
    grants: Grants.parse(JSON.parse(row.grants)),
    purpose: row.purpose,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
  };

const attemptsIn = (row: { count: number; last_at: number } | undefined): Attempts | undefined =>
  row && { count: row.count, lastAt: row.last_at };
