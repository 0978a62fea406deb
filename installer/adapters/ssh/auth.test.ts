import ssh2, { type AnyAuthMethod } from "ssh2";
import { describe, expect, test } from "vitest";
import { authWalk } from "./auth.ts";
import type { Credential } from "./credentials.ts";

const made = ssh2.utils.generateKeyPairSync("ed25519");
const key = ssh2.utils.parseKey(made.private);
if (key instanceof Error) throw key;
const byKey: Credential = { kind: "key", label: "key A", key };
const byPassword: Credential = { kind: "password", label: "password", password: "pw" };

/** Walks with a server that refuses everything and offers `offered`; gives the methods that were tried. */
const walkAgainst = (credentials: readonly Credential[], offered: string[]) => {
  const walk = authWalk("root", credentials);
  const types: string[] = [];
  const ask = (methods: string[] | null): void =>
    walk.handler(methods as never, false, (answer) => {
      if ((answer as unknown) === false) return;
      types.push((answer as AnyAuthMethod).type);
      ask(offered);
    });
  ask(null);
  return { types, walk };
};

describe("the ways to log in", () => {
  test("the key goes first, then the password", () => {
    expect(walkAgainst([byKey, byPassword], ["publickey", "password"]).types).toEqual([
      "publickey",
      "password",
    ]);
  });

  test("a server that only asks interactively gets the password that way", () => {
    expect(walkAgainst([byPassword], ["keyboard-interactive"]).types).toEqual([
      "password",
      "keyboard-interactive",
    ]);
  });

  test("a refused password is not offered a second time interactively: that would count twice where accounts lock", () => {
    expect(walkAgainst([byPassword], ["password", "keyboard-interactive"]).types).toEqual(["password"]);
  });

  test("what the server does not offer is skipped, and the story says so", () => {
    const { types, walk } = walkAgainst([byKey, byPassword], ["publickey"]);
    expect(types).toEqual(["publickey"]);
    expect(walk.tried()).toEqual(["key A"]);
    expect(walk.story()).toContain("password skipped: the server does not offer password");
  });
});
