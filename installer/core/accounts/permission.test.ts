import { describe, expect, test } from "vitest";
import { inScope, intersection, isWithin, mayCall, roleOn } from "./permission.ts";

const person = (grants: Parameters<typeof roleOn>[0]) => ({ via: "session" as const, grants });

describe("roles", () => {
  test("for a cluster count when they are more than the site's, and never take away", () => {
    expect(roleOn({ site: "viewer", clusters: { a: "operator" } }, "a")).toBe("operator");
    expect(roleOn({ site: "operator", clusters: { a: "viewer" } }, "a")).toBe("operator");
    expect(roleOn({ clusters: { a: "viewer" } }, "b")).toBeUndefined();
    expect(roleOn({ clusters: {} }, "constructor")).toBeUndefined();
  });

  test("for one cluster let nobody do anything to another or to the site", () => {
    const asker = person({ clusters: { a: "administrator" } });
    expect(mayCall(asker, "operate", "a")).toBe(true);
    expect(mayCall(asker, "operate", "b")).toBe(false);
    expect(mayCall(asker, "view", undefined)).toBe(false);
    expect(mayCall(asker, "administer", "a")).toBe(false);
  });

  test("let nobody but the socket's owner reach into files of the appliance", () => {
    const grants = { site: "administrator", clusters: {} } as const;
    expect(mayCall({ via: "session", grants }, "local", undefined)).toBe(false);
    expect(mayCall({ via: "token", grants }, "local", undefined)).toBe(false);
    expect(mayCall({ via: "socket", grants }, "local", undefined)).toBe(true);
  });

  test("a token changes nothing of its owner's account", () => {
    const grants = { site: "administrator", clusters: {} } as const;
    expect(mayCall({ via: "token", grants }, "self", undefined)).toBe(false);
    expect(mayCall({ via: "session", grants: { clusters: {} } }, "self", undefined)).toBe(true);
  });
});

describe("what is given on", () => {
  test("is never more than what the giver has", () => {
    expect(isWithin({ clusters: { a: "operator" } }, { site: "operator", clusters: {} })).toBe(true);
    expect(isWithin({ site: "viewer", clusters: {} }, { clusters: { a: "administrator" } })).toBe(false);
    expect(isWithin({ clusters: { b: "viewer" } }, { clusters: { a: "administrator" } })).toBe(false);
  });

  test("shrinks with the account behind it", () => {
    const token = { site: "administrator", clusters: { a: "operator" } } as const;
    expect(intersection(token, { site: "viewer", clusters: { a: "administrator" } })).toEqual({
      site: "viewer",
      clusters: { a: "administrator" },
    });
    expect(intersection(token, { clusters: { a: "viewer" } })).toEqual({ clusters: { a: "viewer" } });
  });

  test("scopes name calls or whole nouns, and no scope means every call", () => {
    expect(inScope([], "machines.list")).toBe(true);
    expect(inScope(["operations.*"], "operations.start")).toBe(true);
    expect(inScope(["operations.*"], "operationsx.start")).toBe(false);
    expect(inScope(["operations.get"], "operations.start")).toBe(false);
  });
});
