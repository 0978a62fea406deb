/** `PRAGMA application_id` of the file: "SlAc". */
export const APPLICATION_ID = 0x536c4163;

/** Every format the file ever had, oldest first; the index + 1 is its `user_version`. One that was released is never edited. */
export const formats: readonly string[] = [
  `create table users (
     name text primary key,
     grants text not null,
     password text,
     totp integer not null default 0,
     totp_step integer not null default 0,
     created_at integer not null,
     created_by text not null,
     last_sign_in_at integer
   ) strict;
   create table recovery_codes (
     user text not null references users (name) on delete cascade,
     hash text not null,
     primary key (user, hash)
   ) strict, without rowid;
   create table sessions (
     id text primary key,
     hash text not null unique,
     user text not null references users (name) on delete cascade,
     created_at integer not null,
     last_used_at integer not null,
     address text not null,
     agent text not null
   ) strict;
   create table tokens (
     id text primary key,
     hash text not null,
     name text not null,
     user text not null,
     grants text not null,
     scopes text not null,
     created_at integer not null,
     expires_at integer not null,
     last_used_at integer,
     last_address text
   ) strict;
   create table enrolments (
     hash text primary key,
     user text,
     grants text not null,
     purpose text not null,
     created_by text not null,
     expires_at integer not null
   ) strict;
   create table attempts (
     key text primary key,
     count integer not null,
     last_at integer not null
   ) strict;`,
];
