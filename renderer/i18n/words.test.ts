import { readFileSync } from "node:fs";
import { globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { en } from "./en/index.ts";
import { zhCN } from "./zh-CN/index.ts";

type Tree = { readonly [key: string]: string | Tree };

const flat = (tree: Tree, before = ""): readonly (readonly [string, string])[] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[before + key, value] as const] : flat(value, `${before}${key}.`),
  );

const english = flat(en);
const chinese = new Map(flat(zhCN));
const places = (sentence: string): readonly string[] =>
  [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name).toSorted();

/** Words that stay as they are: names of products and units. */
const SAME = new Set(["etcd", "kubelet", "Kubernetes", "MTU {{mtu}}", "Node.js", "{{speed}} Mbit/s", "Pod"]);

describe("the sentences of the console", () => {
  test("exist in both languages, with the same places for values", () => {
    expect([...chinese.keys()].toSorted()).toEqual(english.map(([key]) => key).toSorted());
    const differing = english.filter(
      ([key, sentence]) => places(sentence).join() !== places(chinese.get(key) ?? "").join(),
    );
    expect(differing).toEqual([]);
  });

  test("are Chinese where they should be, and never empty", () => {
    const untranslated = english.filter(([key, sentence]) => {
      const other = chinese.get(key) ?? "";
      return (
        !/[\u4e00-\u9fff]/.test(other) && !SAME.has(sentence) && !/^[\w/.-]+$/.test(other.replaceAll("/", ""))
      );
    });
    expect(untranslated).toEqual([]);
    expect(english.filter(([, sentence]) => sentence.trim() === "")).toEqual([]);
  });

  test("are nowhere else: components hold no text of their own", () => {
    const wrong = globSync("renderer/**/*.tsx", { cwd: new URL("../../", import.meta.url) }).flatMap(
      (path) => {
        const text = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
        return [...text.matchAll(/>\s*([A-Za-z][A-Za-z ,.']+)\s*<\/[a-zA-Z]/g)]
          .map(([, words = ""]) => words.trim())
          .filter((words) => words !== "Slipway")
          .map((words) => `${path}: ${words}`);
      },
    );
    expect(wrong).toEqual([]);
  });
});
