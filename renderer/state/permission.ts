import type { Caller, Role } from "../../installer/contract/accounts.ts";

const order: readonly Role[] = ["viewer", "operator", "administrator"];

/**
 * Whether somebody has at least `role`, for a cluster or (without one) for the site. The engine decides; this only keeps
 * the page from offering what it would refuse.
 */
export const may = ({ grants }: Pick<Caller, "grants">, role: Role, cluster?: string): boolean => {
  const given = [grants.site, cluster === undefined ? undefined : grants.clusters[cluster]];
  return given.some((has) => has !== undefined && order.indexOf(has) >= order.indexOf(role));
};
