import type { Grants, Role } from "../../contract/accounts.ts";
import type { Permission } from "../../contract/api/base.ts";

/** Everything: what the owner of the Unix socket has. */
export const ALL_GRANTS: Grants = { site: "administrator", clusters: {} };

/** Who asks, as far as permission goes. */
export interface Asker {
  /** `none` before they sign in. */
  readonly via: "socket" | "session" | "token" | "none";
  readonly grants: Grants;
}

const ranks = { none: 0, viewer: 1, operator: 2, administrator: 3 } as const satisfies Record<
  Role | "none",
  number
>;

const atLeast = (role: Role | undefined, needed: Role): boolean => ranks[role ?? "none"] >= ranks[needed];

/** The role that counts for a cluster: the greater one of the site's and its own. */
export const roleOn = (grants: Grants, cluster: string): Role | undefined => {
  const own = Object.hasOwn(grants.clusters, cluster) ? grants.clusters[cluster] : undefined;
  return ranks[own ?? "none"] > ranks[grants.site ?? "none"] ? own : grants.site;
};

/** True when nothing in `inner` is more than what `outer` gives. */
export const isWithin = (inner: Grants, outer: Grants): boolean =>
  (inner.site === undefined || atLeast(outer.site, inner.site)) &&
  Object.entries(inner.clusters).every(([cluster, role]) => atLeast(roleOn(outer, cluster), role));

/** What both give: the lesser role everywhere. */
export const intersection = (one: Grants, other: Grants): Grants => {
  const site = lesser(one.site, other.site);
  const names = new Set([...Object.keys(one.clusters), ...Object.keys(other.clusters)]);
  const clusters = [...names].flatMap((name) => {
    const role = lesser(roleOn(one, name), roleOn(other, name));
    return role === undefined ? [] : [[name, role] as const];
  });
  return { ...(site === undefined ? {} : { site }), clusters: Object.fromEntries(clusters) };
};

const lesser = (one: Role | undefined, other: Role | undefined): Role | undefined =>
  ranks[one ?? "none"] < ranks[other ?? "none"] ? one : other;

/** Whether a call may be made; `cluster` is the one its input names, if it names one that counts. Pure. */
export const mayCall = (asker: Asker, permission: Permission, cluster: string | undefined): boolean => {
  if (permission === "everyone" || asker.via === "socket") return true;
  if (asker.via === "none") return false;
  const role = cluster === undefined ? asker.grants.site : roleOn(asker.grants, cluster);
  switch (permission) {
    case "signedIn":
    case "viewEach":
      return true;
    case "self":
      // A token must not make itself another one, nor change the password behind it.
      return asker.via === "session";
    case "view":
      return atLeast(role, "viewer");
    case "operate":
      return atLeast(role, "operator");
    case "enter":
      return atLeast(role, "administrator");
    case "inspect":
    case "administer":
      return atLeast(asker.grants.site, "administrator");
    case "local":
      return false;
  }
};

/** True for calls that are put into the audit log. */
export const isAudited = (permission: Permission): boolean =>
  ["self", "operate", "enter", "administer", "local"].includes(permission);

/** Whether somebody may see what belongs to a cluster. */
export const maySee = (asker: Asker, cluster: string): boolean => mayCall(asker, "view", cluster);

/** Whether a token's scopes let it make a call; none let it make any. */
export const inScope = (scopes: readonly string[], call: string): boolean =>
  scopes.length === 0 ||
  scopes.some((scope) => (scope.endsWith(".*") ? call.startsWith(scope.slice(0, -1)) : scope === call));
