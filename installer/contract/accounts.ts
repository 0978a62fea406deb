import * as z from "zod";

/** What somebody may do, least first: look; also change machines and clusters; also decide about people, secrets and trust. */
export const Role = z.enum(["viewer", "operator", "administrator"]);
export type Role = z.output<typeof Role>;

/** Name of an account: as people type it, without case or characters that look alike. */
export const UserName = z
  .string()
  .regex(/^[a-z][a-z0-9._-]{0,31}$/)
  .describe("a-z 0-9 . _ -, beginning with a letter");

/** A password as it is typed. What makes a good one is judged by the engine (PASSWORD_WEAK). */
export const Password = z.string().min(1).max(1024);

/** Roles that somebody has: one for the whole site or none, and more for single clusters. */
export const Grants = z.strictObject({
  site: Role.optional().describe(
    "For the whole site, every cluster included; without it only the clusters named",
  ),
  clusters: z
    .record(z.string().min(1).max(63), Role)
    .default({})
    .describe("By name of the cluster; counts when it is more than the role for the site"),
});
export type Grants = Readonly<z.output<typeof Grants>>;

/** An account as administrators see it. */
export const User = z.object({
  name: UserName,
  grants: Grants,
  state: z
    .enum(["invited", "active", "locked"])
    .describe("invited: has not yet opened the enrolment link; locked: too many wrong passwords of late"),
  totp: z.boolean().describe("Signs in with a one-time code too"),
  createdAt: z.number(),
  createdBy: z.string(),
  lastSignInAt: z.number().optional(),
  lockedUntil: z.number().optional(),
  sessions: z.number().describe("How many are open"),
});
export type User = Readonly<z.output<typeof User>>;

/** A session of a browser. Its identifier here is not what the browser holds. */
export const SessionInfo = z.object({
  id: z.string(),
  user: UserName,
  createdAt: z.number(),
  lastUsedAt: z.number(),
  idleUntil: z.number().describe("Ends then unless it is used"),
  until: z.number().describe("Ends then in any case"),
  address: z.string(),
  agent: z.string().describe("What the browser says it is"),
  current: z.boolean().describe("The one that asks"),
});
export type SessionInfo = Readonly<z.output<typeof SessionInfo>>;

/** Who asks, as the engine sees it. */
export const Caller = z.object({
  user: z.string(),
  via: z.enum(["socket", "session", "token"]),
  grants: Grants,
  totp: z.boolean(),
  session: SessionInfo.optional(),
});
export type Caller = Readonly<z.output<typeof Caller>>;

/** A link that makes or resets an account. It works once and is shown once. */
export const Enrolment = z.object({
  user: UserName.optional().describe("Without it, whoever opens it chooses a name"),
  grants: Grants,
  expiresAt: z.number(),
  token: z.string(),
  path: z.string().describe("Of the link, to be put behind an address of the console: /enrol#TOKEN"),
  links: z.array(z.string()).readonly().describe("Whole links; none while the console does not listen"),
});
export type Enrolment = Readonly<z.output<typeof Enrolment>>;

/** Part of the contract a token is good for: a call (`operations.start`) or all calls of a noun (`operations.*`). */
export const TokenScope = z
  .string()
  .max(100)
  .regex(/^([a-zA-Z]+\.)+([a-zA-Z]+|\*)$/);

/** A token of a program. Its value is shown once, when it is made. */
export const ApiToken = z.object({
  id: z.string(),
  name: z.string(),
  user: z.string().describe("Whose it is; it can never do more than they"),
  grants: Grants.describe("The most it may do"),
  scopes: z.array(TokenScope).readonly().describe("Only these calls; empty for every call its role allows"),
  createdAt: z.number(),
  expiresAt: z.number(),
  lastUsedAt: z.number().optional(),
  lastAddress: z.string().optional(),
});
export type ApiToken = Readonly<z.output<typeof ApiToken>>;
