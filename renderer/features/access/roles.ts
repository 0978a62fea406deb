import type { Role } from "../../../installer/contract/accounts.ts";

/** Roles to choose from, least first. */
export const roles: readonly Role[] = ["viewer", "operator", "administrator"];
