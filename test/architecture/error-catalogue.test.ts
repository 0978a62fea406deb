import { describe, expect, test } from "vitest";
import { errorCatalog, type ErrorEntry } from "../../installer/contract/errors/index.ts";
import { familyOf } from "../../scripts/generate/exit-families.ts";
import { sources } from "./sources.ts";

const entries: readonly (readonly [string, ErrorEntry])[] = Object.entries(errorCatalog);

const placeholders = (template: string): readonly string[] =>
  [...new Set([...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name))].toSorted();

describe("the error catalogue", () => {
  test("names every code in capitals and spreads no code twice", () => {
    expect(entries.filter(([code]) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code))).toEqual([]);
    const declared = sources(/^installer\/contract\/errors\/[a-z-]+\.ts$/).flatMap(({ text }) =>
      [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]+): \{$/gm)].map(([, code = ""]) => code),
    );
    expect(declared.toSorted()).toEqual(entries.map(([code]) => code).toSorted());
  });

  test("says what happened and what to do next in both languages, with the same placeholders", () => {
    const uneven = entries.filter(([, { title, hint }]) =>
      [title, hint].some(
        ({ en, "zh-CN": zh }) =>
          en.trim() === "" || zh.trim() === "" || placeholders(en).join() !== placeholders(zh).join(),
      ),
    );
    expect(uneven).toEqual([]);
  });

  test("speaks Chinese in the Chinese wording and nowhere else", () => {
    const han = /\p{Script=Han}/u;
    const wrong = entries.filter(
      ([, { title, hint }]) =>
        // A title that is one placeholder only takes the words of its cause.
        !(han.test(title["zh-CN"]) || title.en === "{problem}") ||
        !han.test(hint["zh-CN"]) ||
        han.test(title.en + hint.en),
    );
    expect(wrong).toEqual([]);
  });

  test("gives every code an exit code of its family", () => {
    const strays = entries.filter(([, { exit }]) => familyOf(exit) === undefined);
    expect(strays).toEqual([]);
  });
});
