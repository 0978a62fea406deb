import * as z from "zod";
import { ApiToken, Grants, TokenScope } from "../accounts.ts";
import { Done, self, signedIn } from "./base.ts";

/** Longest life of a token, in days. */
export const TOKEN_DAYS = 366;

/** Calls about tokens of programs. Administrators see and revoke those of everybody, others their own. */
export const tokens = {
  list: signedIn
    .route({ method: "GET", path: "/tokens", summary: "Tokens, newest first" })
    .input(z.strictObject({ whose: z.enum(["own", "all"]).default("own") }).optional())
    .output(z.array(ApiToken)),
  create: self
    .route({ method: "POST", path: "/tokens", summary: "Make a token; its value is shown this once" })
    .input(
      z.strictObject({
        name: z.string().min(1).max(100),
        grants: Grants.describe("At most what its owner may do"),
        scopes: z.array(TokenScope).max(100).default([]),
        days: z.int().min(1).max(TOKEN_DAYS).default(90),
      }),
    )
    .output(z.object({ token: ApiToken, value: z.string().describe("For `Authorization: Bearer`") })),
  revoke: self
    .route({ method: "DELETE", path: "/tokens/{id}", summary: "Refuse a token from now on" })
    .input(z.strictObject({ id: z.string().max(100) }))
    .output(Done),
};
