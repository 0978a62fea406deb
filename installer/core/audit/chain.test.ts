import { createHash, createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AuditVerdict } from "../../contract/audit.ts";
import { canonical, checkChain, NO_HASH, type SealedEntry } from "./chain.ts";
import { summaryOf } from "./summary.ts";

const tools = {
  hash: (text: string) => createHash("sha256").update(text).digest("hex"),
  seal: (hash: string) => createHmac("sha256", "key").update(hash).digest("hex"),
};

const sealed = (entry: Omit<SealedEntry, "hash" | "seal">): SealedEntry => {
  const hash = tools.hash(canonical(entry));
  return { ...entry, hash, seal: tools.seal(hash) };
};

const chainOf = (count: number): SealedEntry[] => {
  const entries: SealedEntry[] = [];
  for (let seq = 1; seq <= count; seq++) {
    const about = JSON.stringify({ limit: seq });
    const content = {
      seq,
      at: 1000 + seq,
      user: `u${seq % 3}`,
      via: "session" as const,
      address: "10.0.0.1",
    };
    const what = { kind: "ended" as const, action: "users.grant", object: `o${seq}`, about };
    const previous = entries.at(-1)?.hash ?? NO_HASH;
    entries.push(sealed({ ...content, ...what, outcome: "succeeded", previous }));
  }
  return entries;
};

const anchorOf = (entries: readonly SealedEntry[]) => ({
  entries: entries.length,
  head: entries.at(-1)?.hash ?? NO_HASH,
});

const verdict = (entries: readonly SealedEntry[], anchor = anchorOf(entries)): AuditVerdict => {
  const check = checkChain(tools);
  for (const entry of entries) check.next(entry);
  return check.end(anchor);
};

const sound = chainOf(40);
const at = fc.integer({ min: 0, max: 39 });
const field = fc.constantFrom(
  "at",
  "user",
  "address",
  "action",
  "object",
  "about",
  "outcome",
  "previous",
  "hash",
  "seal",
);

describe("the check of a chain", () => {
  test("finds nothing in a sound one, also while the anchor is a little behind", () => {
    expect(verdict(sound)).toMatchObject({ whole: true, entries: 40, anchored: 40 });
    expect(verdict(sound, anchorOf(sound.slice(0, 38)))).toMatchObject({ whole: true, anchored: 38 });
  });

  test("finds every edit, deletion, exchange, repetition and cut, wherever it is", () => {
    fc.assert(
      fc.property(at, at, field, (one, other, name) => {
        const anchor = anchorOf(sound);
        const edited = sound.map((entry, index) =>
          index === one ? { ...entry, [name]: `${entry[name as "user"]}x` } : entry,
        );
        const without = sound.filter((_, index) => index !== one);
        const exchanged = sound.with(one, sound[other] ?? sealed(sound[0] as SealedEntry));
        const repeated = sound.toSpliced(one, 0, sound[one] as SealedEntry);
        const cut = sound.slice(0, one);
        expect(verdict(edited, anchor).whole).toBe(false);
        expect(verdict(without, anchor).whole).toBe(false);
        expect(verdict(repeated, anchor).whole).toBe(false);
        expect(verdict(cut, anchor).whole).toBe(false);
        expect(verdict(exchanged, anchor).whole).toBe(one === other);
      }),
      { numRuns: 40 },
    );
  });

  test("finds a chain that was made anew from an edit on, because nobody else can seal it", () => {
    const forger = {
      ...tools,
      seal: (hash: string) => createHmac("sha256", "guess").update(hash).digest("hex"),
    };
    const check = checkChain(forger);
    for (const entry of sound) check.next(entry);
    expect(check.end(anchorOf(sound)).findings.every(({ fault }) => fault === "forged")).toBe(true);
  });
});

describe("what is written down of an input", () => {
  test("are names and choices, and no content and no secrets", () => {
    const { object, about } = summaryOf(
      {
        name: "n1",
        password: "swordfish",
        value: "swordfish",
        token: "swordfish",
        credentials: { username: "u", password: "swordfish" },
        spec: { file: "a.yaml", text: "swordfish" },
        parameters: { why: "disk", machines: ["n1"] },
      },
      undefined,
    );
    expect(object).toBe("n1");
    expect(about).not.toContain("swordfish");
    expect(JSON.parse(about)).toEqual({
      name: "n1",
      spec: { file: "a.yaml" },
      parameters: { why: "disk", machines: ["n1"] },
    });
  });
});
